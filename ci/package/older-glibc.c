/* Calls the hypot of an older glibc, linked with --wrap=hypot --wrap=hypotf. That of 2.35 differs
   only in how it sets errno, and is the one symbol that would need a glibc newer than 2.34, which
   is Amazon Linux 2023's. */
#if defined(__x86_64__)
__asm__(".symver old_hypot, hypot@GLIBC_2.2.5");
__asm__(".symver old_hypotf, hypotf@GLIBC_2.2.5");
#elif defined(__aarch64__)
__asm__(".symver old_hypot, hypot@GLIBC_2.17");
__asm__(".symver old_hypotf, hypotf@GLIBC_2.17");
#endif

double old_hypot(double, double);
float old_hypotf(float, float);

double __wrap_hypot(double x, double y) { return old_hypot(x, y); }
float __wrap_hypotf(float x, float y) { return old_hypotf(x, y); }
