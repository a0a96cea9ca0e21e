// The floating-point functions that drivers link (wdk/lib/math.c). mingw-w64's math.h inlines code
// that needs its own C runtime, which a driver does not link.
#ifndef KSBOX_WDK_MATH_H
#define KSBOX_WDK_MATH_H

#include <_mingw.h>

#ifdef __cplusplus
extern "C" {
#endif

double __cdecl acos(double x);
double __cdecl asin(double x);
double __cdecl atan(double x);
double __cdecl atan2(double y, double x);
double __cdecl ceil(double x);
double __cdecl cos(double x);
double __cdecl cosh(double x);
double __cdecl exp(double x);
double __cdecl fabs(double x);
double __cdecl floor(double x);
double __cdecl fmod(double x, double y);
double __cdecl ldexp(double x, int exponent);
double __cdecl log(double x);
double __cdecl log10(double x);
double __cdecl modf(double x, double *integral);
double __cdecl pow(double x, double y);
double __cdecl sin(double x);
double __cdecl sinh(double x);
double __cdecl sqrt(double x);
double __cdecl tan(double x);
double __cdecl tanh(double x);

#ifdef __cplusplus
}
#endif

#if defined(_USE_MATH_DEFINES)
#define M_E 2.71828182845904523536
#define M_LOG2E 1.44269504088896340736
#define M_LOG10E 0.434294481903251827651
#define M_LN2 0.693147180559945309417
#define M_LN10 2.30258509299404568402
#define M_PI 3.14159265358979323846
#define M_PI_2 1.57079632679489661923
#define M_PI_4 0.785398163397448309616
#define M_SQRT2 1.41421356237309504880
#endif

#endif
