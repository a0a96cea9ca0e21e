// Floating-point functions for drivers (the WDK's libcntpr.lib): the x87 unit computes them, so
// results do not depend on the host's C library.
#include <math.h>

#pragma clang diagnostic ignored "-Wincompatible-library-redeclaration"

double sqrt(double x) {
    __asm__("sqrtsd %0, %0" : "+x"(x));
    return x;
}

double fabs(double x) {
    return __builtin_fabs(x);
}

double sin(double x) {
    __asm__("fldl %1\n fsin\n fstpl %0" : "=m"(x) : "m"(x));
    return x;
}

double cos(double x) {
    __asm__("fldl %1\n fcos\n fstpl %0" : "=m"(x) : "m"(x));
    return x;
}

double tan(double x) {
    __asm__("fldl %1\n fptan\n fstp %%st(0)\n fstpl %0" : "=m"(x) : "m"(x));
    return x;
}

double atan2(double y, double x) {
    double r;
    __asm__("fldl %1\n fldl %2\n fpatan\n fstpl %0" : "=m"(r) : "m"(y), "m"(x));
    return r;
}

double atan(double x) {
    return atan2(x, 1.0);
}

double asin(double x) {
    return atan2(x, sqrt((1.0 - x) * (1.0 + x)));
}

double acos(double x) {
    return atan2(sqrt((1.0 - x) * (1.0 + x)), x);
}

double log(double x) {
    __asm__("fldln2\n fldl %1\n fyl2x\n fstpl %0" : "=m"(x) : "m"(x));
    return x;
}

double log10(double x) {
    __asm__("fldlg2\n fldl %1\n fyl2x\n fstpl %0" : "=m"(x) : "m"(x));
    return x;
}

double floor(double x) {
    double whole = (double)(long long)x;
    if (!(fabs(x) < 4503599627370496.0)) {
        return x; // no fraction left at this size, or not a number
    }
    return whole > x ? whole - 1.0 : whole;
}

double ceil(double x) {
    return -floor(-x);
}

double ldexp(double x, int exponent) {
    double e = exponent;
    __asm__("fldl %2\n fldl %1\n fscale\n fstp %%st(1)\n fstpl %0" : "=m"(x) : "m"(x), "m"(e));
    return x;
}

// y * log2(x) is split into a whole and a fraction in extended precision; f2xm1 takes the latter.
double pow(double x, double y) {
    double r;
    if (y == 0.0) {
        return 1.0;
    }
    if (x == 0.0) {
        return y > 0.0 ? 0.0 : __builtin_inf();
    }
    if (x < 0.0) {
        double whole = floor(y);
        if (whole != y) {
            return __builtin_nan("");
        }
        r = pow(-x, y);
        return floor(whole / 2.0) * 2.0 == whole ? r : -r;
    }
    __asm__("fldl %2\n fldl %1\n fyl2x\n"
            "fld %%st(0)\n frndint\n fsub %%st(0), %%st(1)\n fxch\n"
            "f2xm1\n fld1\n faddp\n fscale\n fstp %%st(1)\n fstpl %0"
            : "=m"(r)
            : "m"(x), "m"(y));
    return r;
}

double exp(double x) {
    double r;
    __asm__("fldl %1\n fldl2e\n fmulp\n"
            "fld %%st(0)\n frndint\n fsub %%st(0), %%st(1)\n fxch\n"
            "f2xm1\n fld1\n faddp\n fscale\n fstp %%st(1)\n fstpl %0"
            : "=m"(r)
            : "m"(x));
    return r;
}

double sinh(double x) {
    return (exp(x) - exp(-x)) / 2.0;
}

double cosh(double x) {
    return (exp(x) + exp(-x)) / 2.0;
}

double tanh(double x) {
    double e;
    if (fabs(x) > 20.0) {
        return x > 0.0 ? 1.0 : -1.0;
    }
    e = exp(2.0 * x);
    return (e - 1.0) / (e + 1.0);
}

double fmod(double x, double y) {
    __asm__("fldl %2\n fldl %1\n 1: fprem\n fnstsw %%ax\n testb $4, %%ah\n jnz 1b\n"
            "fstp %%st(1)\n fstpl %0"
            : "=m"(x)
            : "m"(x), "m"(y)
            : "ax", "cc");
    return x;
}

double modf(double x, double *integral) {
    *integral = x < 0.0 ? ceil(x) : floor(x);
    return x - *integral;
}
