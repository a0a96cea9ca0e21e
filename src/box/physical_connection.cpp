#include "box/physical_connection.h"

#include <algorithm>
#include <cstring>

#include "abi/guid.h"
#include "abi/windows.h"
#include "base/unicode.h"
#include "box/answers.h"

namespace ksbox::box {

std::optional<PhysicalEnd> physical_connection(Filter &filter, std::uint32_t pin) {
    const std::uint32_t selector[2] = {pin, 0}; // KSP_PIN less its KSPROPERTY
    const auto answer = optionally([&] {
        return filter.get(to_guid(KSPROPSETID_Pin), KSPROPERTY_PIN_PHYSICALCONNECTION, {},
                          std::as_bytes(std::span(selector)));
    });
    constexpr std::size_t text_at = offsetof(KSPIN_PHYSICALCONNECTION, SymbolicLinkName);
    if (!answer || answer->size() < text_at)
        return std::nullopt;
    std::u16string link((answer->size() - text_at) / sizeof(char16_t), u'\0');
    std::memcpy(link.data(), answer->data() + text_at, link.size() * sizeof(char16_t));
    link.resize(std::min(link.find(u'\0'), link.size()));
    return PhysicalEnd{to_utf8(link),
                       read_as<std::uint32_t>(*answer, offsetof(KSPIN_PHYSICALCONNECTION, Pin))};
}

std::u16string identity_of(std::string_view path) {
    std::u16string text = to_utf16(path);
    const std::size_t begin = text.find(u"#{"), end = text.find(u'}');
    if (begin != text.npos && end != text.npos && begin < end)
        text.erase(begin, end - begin + 1);
    std::ranges::transform(text, text.begin(), upcase);
    return text;
}

} // namespace ksbox::box
