// An import by a prototype of the case's own, called as Import_NAME: for what the headers have
// inline, as a macro, or not at all.
//     IMPORT(SIZE_T, strlen, const char *);
#pragma once

#define IMPORT(Result, Name, ...) extern "C" Result Import_##Name(__VA_ARGS__) __asm__(#Name)

// RTL_CONSTANT_STRING for C++, whose literals are constant.
template <SIZE_T COUNT> UNICODE_STRING CaseString(const WCHAR (&Text)[COUNT]) {
    return {(COUNT - 1) * sizeof(WCHAR), COUNT * sizeof(WCHAR), const_cast<WCHAR *>(Text)};
}
