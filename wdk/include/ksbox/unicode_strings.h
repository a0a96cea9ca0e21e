// RtlUnicodeString…: checked operations on counted strings, inline as in the WDK's ntstrsafe.h.
// All return STATUS_INVALID_PARAMETER for a malformed string and STATUS_BUFFER_OVERFLOW (with a
// truncated result) when the destination is too small.
#ifndef KSBOX_WDK_UNICODE_STRINGS_H
#define KSBOX_WDK_UNICODE_STRINGS_H

#ifndef NTSTRSAFE_UNICODE_STRING_MAX_CCH
#define NTSTRSAFE_UNICODE_STRING_MAX_CCH (0xffff / sizeof(wchar_t))
#endif

#ifdef __cplusplus
extern "C" {
#endif

// @doc NF:ntstrsafe.RtlUnicodeStringValidate
FORCEINLINE NTSTATUS RtlUnicodeStringValidate(PCUNICODE_STRING SourceString) {
    if (SourceString == NULL || SourceString->Length % sizeof(wchar_t) != 0 ||
        SourceString->MaximumLength % sizeof(wchar_t) != 0 ||
        SourceString->Length > SourceString->MaximumLength ||
        (SourceString->Buffer == NULL && SourceString->MaximumLength != 0)) {
        return STATUS_INVALID_PARAMETER;
    }
    return STATUS_SUCCESS;
}

// @doc NF:ntstrsafe.RtlUnicodeStringInit (no copy; a NULL source gives an empty string)
FORCEINLINE NTSTATUS RtlUnicodeStringInit(PUNICODE_STRING DestinationString,
                                          NTSTRSAFE_PCWSTR pszSrc) {
    size_t Length = 0;
    DestinationString->Length = 0;
    DestinationString->MaximumLength = 0;
    DestinationString->Buffer = NULL;
    if (pszSrc == NULL) {
        return STATUS_SUCCESS;
    }
    while (pszSrc[Length] != 0) {
        if (++Length >= NTSTRSAFE_UNICODE_STRING_MAX_CCH) {
            return STATUS_INVALID_PARAMETER;
        }
    }
    DestinationString->Length = (USHORT)(Length * sizeof(wchar_t));
    DestinationString->MaximumLength = (USHORT)((Length + 1) * sizeof(wchar_t));
    DestinationString->Buffer = (PWSTR)pszSrc;
    return STATUS_SUCCESS;
}

// @doc NF:ntstrsafe.RtlUnicodeStringInitEx
FORCEINLINE NTSTATUS RtlUnicodeStringInitEx(PUNICODE_STRING DestinationString,
                                            NTSTRSAFE_PCWSTR pszSrc, ULONG dwFlags) {
    if ((dwFlags & ~STRSAFE_UNICODE_STRING_VALID_FLAGS) != 0 || DestinationString == NULL) {
        return STATUS_INVALID_PARAMETER;
    }
    return RtlUnicodeStringInit(DestinationString, pszSrc);
}

// @doc NF:ntstrsafe.RtlUnicodeStringVPrintf
FORCEINLINE NTSTATUS RtlUnicodeStringVPrintf(PUNICODE_STRING DestinationString,
                                             NTSTRSAFE_PCWSTR pszFormat, va_list argList) {
    NTSTATUS Status = RtlUnicodeStringValidate(DestinationString);
    size_t Capacity;
    int Written;
    if (!NT_SUCCESS(Status)) {
        return Status;
    }
    Capacity = DestinationString->MaximumLength / sizeof(wchar_t);
    DestinationString->Length = 0;
    if (Capacity == 0) {
        return *pszFormat == 0 ? STATUS_SUCCESS : STATUS_BUFFER_OVERFLOW;
    }
    Written = _vsnwprintf(DestinationString->Buffer, Capacity, pszFormat, argList);
    if (Written < 0 || (size_t)Written > Capacity) {
        DestinationString->Length = DestinationString->MaximumLength;
        return STATUS_BUFFER_OVERFLOW;
    }
    DestinationString->Length = (USHORT)((size_t)Written * sizeof(wchar_t));
    return STATUS_SUCCESS;
}

// @doc NF:ntstrsafe.RtlUnicodeStringPrintf
static __inline NTSTATUS __cdecl RtlUnicodeStringPrintf(PUNICODE_STRING DestinationString,
                                                        NTSTRSAFE_PCWSTR pszFormat, ...) {
    NTSTATUS Status;
    va_list argList;
    va_start(argList, pszFormat);
    Status = RtlUnicodeStringVPrintf(DestinationString, pszFormat, argList);
    va_end(argList);
    return Status;
}

#ifdef __cplusplus
}
#endif

#endif
