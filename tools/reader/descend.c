// Trains a linear model of several lanes by AdaGrad on the logistic loss. A document is a list of
// bags of features, its sentences; its score in a lane is that of the strongest bag, plus `whole`
// times that of all bags, plus a bias by stars.
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

static uint64_t state;

static uint32_t draw(void) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state >> 32;
}

// Documents d: bags docptr[d] to docptr[d + 1]. Bags b: features bagptr[b] to bagptr[b + 1], with
// values; share[b] is what a bag is of its document. Targets are 0, 1 or 2: not trained.
void train(
    float *restrict w, float *restrict g, float *bias, float *gbias, int documents,
    const int64_t *docptr, const int64_t *bagptr, const int32_t *index, const float *value,
    const float *share, const int32_t *stars, const uint8_t *targets, const float *weights,
    const float *positive, float whole, float rate, int rounds, uint64_t seed
) {
    state = seed * 2654435761u + 88172645463325252ull;
    int *order = malloc(documents * sizeof(int));
    for (int i = 0; i < documents; i++) order[i] = i;
    for (int turn = 0; turn < rounds * documents; turn++) {
        if (turn % documents == 0)
            for (int i = documents - 1; i > 0; i--) {
                int j = draw() % (i + 1), other = order[i];
                order[i] = order[j];
                order[j] = other;
            }
        int d = order[turn % documents];
        if (weights[d] == 0) continue;
        float strongest[K], all[K], loss[K];
        int32_t best[K];
        for (int k = 0; k < K; k++) strongest[k] = -1e30f, best[k] = -1, all[k] = 0;
        int64_t first = docptr[d], last = docptr[d + 1];
        for (int64_t b = first; b < last; b++) {
            float sum[K];
            for (int k = 0; k < K; k++) sum[k] = 0;
            for (int64_t i = bagptr[b]; i < bagptr[b + 1]; i++) {
                const float *row = w + (int64_t)index[i] * K;
                float v = value[i];
                for (int k = 0; k < K; k++) sum[k] += v * row[k];
            }
            float part = share[b];
            int32_t number = b - first;
            for (int k = 0; k < K; k++) {
                all[k] += part * sum[k];
                if (sum[k] > strongest[k]) strongest[k] = sum[k], best[k] = number;
            }
        }
        float *own = bias + stars[d] * K, *gown = gbias + stars[d] * K;
        int any = 0;
        for (int k = 0; k < K; k++) {
            float score = (best[k] < 0 ? 0 : strongest[k]) + whole * all[k] + own[k];
            uint8_t target = targets[(int64_t)d * K + k];
            float chance = 1 / (1 + expf(-score));
            float step = (chance - target) * weights[d] * (target == 1 ? positive[k] : 1);
            loss[k] = target == 2 || fabsf(step) < 1e-3f ? 0 : step;
            any |= loss[k] != 0;
        }
        if (!any) continue;
        for (int k = 0; k < K; k++) {
            gown[k] += loss[k] * loss[k];
            own[k] -= rate * loss[k] / sqrtf(gown[k] + 1e-6f);
        }
        for (int64_t b = first; b < last; b++) {
            float step[K], part = whole * share[b];
            int32_t number = b - first;
            for (int k = 0; k < K; k++) step[k] = loss[k] * (part + (best[k] == number ? 1 : 0));
            for (int64_t i = bagptr[b]; i < bagptr[b + 1]; i++) {
                float v = value[i], *row = w + (int64_t)index[i] * K;
                float *seen = g + (int64_t)index[i] * K;
                for (int k = 0; k < K; k++) {
                    float x = step[k] * v, sum = seen[k] + x * x;
                    seen[k] = sum;
                    row[k] -= rate * x / sqrtf(sum);
                }
            }
        }
    }
    free(order);
}
