#include "build/setup_information.h"

#include <algorithm>
#include <vector>

#include "build/text.h"

namespace ksbox::build {

namespace {

std::string driver_version(std::string_view old, const Stamp &stamp) {
    const auto parts = split(old.substr(0, old.find(';')), ',');
    const std::string date = !stamp.date.empty() ? stamp.date
                             : !parts.empty()    ? parts[0]
                                                 : "01/01/2000";
    const std::string version = !stamp.version.empty() ? stamp.version
                                : parts.size() > 1     ? parts[1]
                                                       : "1.0.0.0";
    return "DriverVer = " + date + "," + version;
}

} // namespace

std::string stamped(std::string_view text, const Stamp &stamp) {
    std::string result;
    bool in_version = false, has_version = false;
    std::size_t behind_header = std::string::npos;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        const std::string_view line = text.substr(0, std::min(end + 1, text.size()));
        text.remove_prefix(line.size());
        const std::string_view content = trimmed(line);
        const std::size_t equals = content.find('=');
        if (content.starts_with("["))
            in_version = same_text(content.substr(0, content.find(']')), "[version");
        if (in_version && equals != std::string_view::npos &&
            same_text(trimmed(content.substr(0, equals)), "DriverVer")) {
            has_version = true;
            const std::string_view ending = line.substr(line.find_last_not_of("\r\n") + 1);
            result += driver_version(content.substr(equals + 1), stamp);
            result += ending;
            continue;
        }
        result += line;
        if (in_version && content.starts_with("["))
            behind_header = result.size();
    }
    if (!has_version && behind_header != std::string::npos)
        result.insert(behind_header, driver_version({}, stamp) + "\r\n");
    result = replaced(result, "$ARCH$", "amd64");
    result = replaced(result, "$KMDFVERSION$", stamp.kmdf);
    return replaced(result, "$KMDFCOINSTALLERVERSION$", replaced(stamp.kmdf, ".", "0"));
}

} // namespace ksbox::build
