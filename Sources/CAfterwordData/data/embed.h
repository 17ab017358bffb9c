// Included once for each file, with FILE_NAME defined: an entry of the table of files. No include
// guard. The file is named twice because a literal's size is known only from a second one; clang
// keeps the bytes once.
{FILE_NAME, (const unsigned char[]){
#embed FILE_NAME suffix(,)
0}, sizeof((const unsigned char[]){
#embed FILE_NAME suffix(,)
0}) - 1},
#undef FILE_NAME
