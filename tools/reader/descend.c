// Trains and applies a linear multi-label model with max pooling over bags.
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#define K 48
typedef float vec __attribute__((vector_size(64)));
// doc d has bags bagptr[d]..bagptr[d+1]; the first is added to every score (the document), the others are pooled by max.
static void bag(const float*W,const int32_t*idx,const float*val,int64_t a,int64_t b,float*s){
  for(int k=0;k<K;k++)s[k]=0;
  for(int64_t i=a;i<b;i++){const float*w=W+(int64_t)idx[i]*K;float v=val[i];for(int k=0;k<K;k++)s[k]+=v*w[k];}
}
void score(const float*W,const float*B,int nd,const int64_t*docptr,const int64_t*bagptr,const int32_t*idx,const float*val,const int32_t*star,float docw,float*out,int32_t*arg){
  float*s=malloc(K*sizeof(float)*2);
  for(int d=0;d<nd;d++){
    float m[K],t[K];int am[K];
    for(int k=0;k<K;k++){m[k]=-1e30f;am[k]=-1;}
    int64_t b0=docptr[d],b1=docptr[d+1];
    float ds[K];bag(W,idx,val,bagptr[b0],bagptr[b0+1],ds);
    for(int64_t b=b0+1;b<b1;b++){bag(W,idx,val,bagptr[b],bagptr[b+1],t);for(int k=0;k<K;k++)if(t[k]>m[k]){m[k]=t[k];am[k]=b-b0;}}
    for(int k=0;k<K;k++){float mm=am[k]<0?0:m[k];out[(int64_t)d*K+k]=mm+docw*ds[k]+B[star[d]*K+k];if(arg)arg[(int64_t)d*K+k]=am[k];}
  }
  free(s);
}
static uint64_t rng;static uint32_t rnd(){rng^=rng<<13;rng^=rng>>7;rng^=rng<<17;return rng>>32;}
// Y: nd*K in {0,1,2=ignore}; wt: per doc; posw: per aspect
void train(float*W,float*G,float*B,float*GB,int nd,const int64_t*docptr,const int64_t*bagptr,const int32_t*idx,const float*val,const int32_t*star,const uint8_t*Y,const float*wt,const float*posw,float docw,float lr,float l2,int epochs,uint64_t seed,int freezeB){
  rng=seed*2654435761u+88172645463325252ull;
  int*ord=malloc(nd*sizeof(int));for(int i=0;i<nd;i++)ord[i]=i;
  for(int e=0;e<epochs;e++){
    for(int i=nd-1;i>0;i--){int j=rnd()%(i+1);int t=ord[i];ord[i]=ord[j];ord[j]=t;}
    for(int q=0;q<nd;q++){
      int d=ord[q];float m[K],t[K],ds[K],g[K];int am[K];
      for(int k=0;k<K;k++){m[k]=-1e30f;am[k]=-1;}
      int64_t b0=docptr[d],b1=docptr[d+1];
      bag(W,idx,val,bagptr[b0],bagptr[b0+1],ds);
      for(int64_t b=b0+1;b<b1;b++){bag(W,idx,val,bagptr[b],bagptr[b+1],t);for(int k=0;k<K;k++)if(t[k]>m[k]){m[k]=t[k];am[k]=b-b0;}}
      int any=0;
      for(int k=0;k<K;k++){
        float mm=am[k]<0?0:m[k];float z=mm+docw*ds[k]+B[star[d]*K+k];
        uint8_t y=Y[(int64_t)d*K+k];
        float p=1/(1+expf(-z));
        g[k]=y==2?0:(p-y)*wt[d]*(y==1?posw[k]:1);
        if(fabsf(g[k])<1e-3f)g[k]=0;else any=1;
      }
      if(!any)continue;
      if(!freezeB)for(int k=0;k<K;k++){float gg=g[k];GB[star[d]*K+k]+=gg*gg;B[star[d]*K+k]-=lr*gg/sqrtf(GB[star[d]*K+k]+1e-6f);}
      for(int64_t b=b0;b<b1;b++){
        float gb[K];int has=0;
        for(int k=0;k<K;k++){gb[k]=b==b0?docw*g[k]:(am[k]==b-b0?g[k]:0);if(gb[k]!=0)has=1;}
        if(!has)continue;
        for(int64_t i=bagptr[b];i<bagptr[b+1];i++){
          float v=val[i];float*w=W+(int64_t)idx[i]*K,*h=G+(int64_t)idx[i]*K;
          for(int k=0;k<K;k++){float x=gb[k]*v; float has_=gb[k]!=0; x+=l2*w[k]*has_; h[k]+=x*x; w[k]-=lr*x/sqrtf(h[k]+1e-8f);}
        }
      }
    }
  }
  free(ord);
}
