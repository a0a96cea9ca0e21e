// Which section code lives in. Microsoft's compiler places functions with #pragma alloc_text and
// #pragma code_seg; clang takes code_seg for any function, but alloc_text only for extern "C"
// ones, so ALLOC_PRAGMA stays undefined for C++ and samples fall back to code_seg.
#ifndef KSBOX_WDK_CODE_PLACEMENT_H
#define KSBOX_WDK_CODE_PLACEMENT_H

#ifndef _WDM_CODE_SEG
#define DECLSPEC_CODE_SEG(name) __declspec(code_seg(name))
#endif

#endif
