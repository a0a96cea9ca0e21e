#include "nt/exports.h"

#include <vector>

#include "nt/rtl/exports.h"

namespace ksbox {

std::span<const Export> rtl_exports() {
    static const std::vector<Export> all = [] {
        std::vector<Export> joined;
        for (auto part : {rtl::string_exports(),
                          rtl::string_buffer_exports(),
                          rtl::number_exports(),
                          rtl::time_exports(),
                          rtl::version_exports(),
                          rtl::bitmap_exports(),
                          rtl::avl_table_exports(),
                          rtl::generic_table_exports(),
                          rtl::sid_exports(),
                          rtl::acl_exports(),
                          rtl::security_descriptor_exports(),
                          rtl::splay_exports(),
                          rtl::run_once_exports(),
                          rtl::random_exports(),
                          rtl::oem_exports(),
                          rtl::utf_exports(),
                          rtl::name_exports(),
                          rtl::encoding_exports(),
                          rtl::crt_wide_exports(),
                          rtl::crt_memory_exports(),
                          rtl::crt_string_exports(),
                          rtl::crt_secure_exports(),
                          rtl::crt_number_exports(),
                          rtl::crt_sort_exports(),
                          rtl::crt_format_exports()})
            joined.insert(joined.end(), part.begin(), part.end());
        return joined;
    }();
    return all;
}

} // namespace ksbox
