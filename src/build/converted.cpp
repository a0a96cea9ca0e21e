#include "build/converted.h"

#include "build/dialect.h"
#include "build/text.h"

namespace ksbox::build {

namespace fs = std::filesystem;

std::string line_one(const fs::path &source) {
    return "#line 1 \"" + source.string() + "\"\n";
}

std::optional<std::string> converted_text(const fs::path &source, const std::string &bytes) {
    const std::string text = decoded(bytes);
    const auto other = mended(text);
    if (!other && encoding_of(bytes) != Encoding::utf16)
        return std::nullopt;
    return line_one(source) + other.value_or(text);
}

std::string object_name(const Project &project, const fs::path &source) {
    std::string name = source.lexically_relative(project.folder()).generic_string();
    return replaced(replaced(name, "../", "__/"), "/", "-") + ".obj";
}

} // namespace ksbox::build
