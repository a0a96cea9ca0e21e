#include "loader/context.h"

#if __has_feature(address_sanitizer)
#include <sanitizer/asan_interface.h>
#endif

namespace ksbox::loader {

__attribute__((disable_sanitizer_instrumentation)) void restore_context(Context &context) noexcept {
#if __has_feature(address_sanitizer)
    __asan_handle_no_return();
#endif
    ksbox_restore_context(&context);
}

} // namespace ksbox::loader
