#include "nt/cm/environment.h"

#include <optional>

#include "base/unicode.h"

namespace ksbox::cm {

std::u16string expand_environment(std::u16string_view text, const WCHAR *environment) {
    constexpr WCHAR own[] = u"SystemDrive=C:\0SystemRoot=C:\\Windows\0windir=C:\\Windows\0";
    if (!environment)
        environment = own;
    const auto value_of = [&](std::u16string_view name) -> std::optional<std::u16string_view> {
        for (std::u16string_view line = environment; !line.empty();
             line = std::u16string_view(line.data() + line.size() + 1)) {
            if (line.size() > name.size() && line[name.size()] == u'=' &&
                starts_ignoring_case(line, name))
                return line.substr(name.size() + 1);
        }
        return std::nullopt;
    };
    std::u16string out;
    while (!text.empty()) {
        const auto end = text.front() == u'%' ? text.find(u'%', 1) : text.npos;
        const auto value =
            end != text.npos && end > 1 ? value_of(text.substr(1, end - 1)) : std::nullopt;
        if (value) {
            out += *value;
            text.remove_prefix(end + 1);
        } else {
            out += text.front();
            text.remove_prefix(1);
        }
    }
    return out;
}

} // namespace ksbox::cm
