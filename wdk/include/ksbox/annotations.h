// SAL annotations that mingw-w64's sal.h lacks. They describe contracts to Microsoft's analyser
// and expand to nothing here.
#ifndef KSBOX_WDK_ANNOTATIONS_H
#define KSBOX_WDK_ANNOTATIONS_H

#define _Analysis_code_type_user_driver_
#define _Analysis_noreturn_
#define _Analysis_suppress_lock_checking_always_
#define _Deref_post_null_
#define _Frees_ptr_
#define _Frees_ptr_opt_
#define _Inexpressible_(expression)
#define _Maybevalid_
#define _Must_inspect_result_impl_
#define _Notvalid_
#define _Pre_maybenull_
#define _Strict_type_match_
#define _Translates_Win32_to_HRESULT_(expression)
#define _Translates_NTSTATUS_to_HRESULT_(expression)
#define _Translates_last_error_to_HRESULT_
#define _Use_decl_annotations_impl_
#define _Success_impl_(expression)

#ifndef _Literal_
#define _Literal_
#endif
#ifndef _Notliteral_
#define _Notliteral_
#endif
#ifndef _Points_to_data_
#define _Points_to_data_
#endif
#ifndef _Interlocked_operand_
#define _Interlocked_operand_
#endif
#ifndef _Struct_size_bytes_
#define _Struct_size_bytes_(size)
#endif
#ifndef _When_
#define _When_(condition, annotations)
#endif

// The first SAL's spellings, still used by older driver code.
#ifndef __in
#define __in
#define __in_opt
#define __in_bcount(size)
#define __in_bcount_opt(size)
#define __in_ecount(size)
#define __in_ecount_opt(size)
#define __out
#define __out_opt
#define __out_bcount(size)
#define __out_bcount_opt(size)
#define __out_bcount_part(size, length)
#define __out_ecount(size)
#define __out_ecount_opt(size)
#define __inout
#define __inout_opt
#define __inout_bcount(size)
#define __inout_ecount(size)
#define __deref_out
#define __deref_out_opt
#define __reserved
#endif

// Members of structures, in SAL's first version.
#define __field_bcount(size)
#define __field_bcount_opt(size)
#define __field_ecount(size)
#define __field_ecount_opt(size)

#endif
