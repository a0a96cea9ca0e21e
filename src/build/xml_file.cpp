#include "build/xml_file.h"

#include <algorithm>

#include "build/text.h"

namespace ksbox::build {

std::expected<std::unique_ptr<XmlFile>, Message>
XmlFile::read(const Files &files, const std::filesystem::path &path, std::string_view root) {
    auto file = std::make_unique<XmlFile>();
    file->path_ = path;
    auto bytes = files.read(path);
    if (!bytes)
        return std::unexpected(Message{{path}, bytes.error()});
    file->text_ = decoded(*bytes);
    const pugi::xml_parse_result result = file->document_.load_buffer(
        file->text_.data(), file->text_.size(), pugi::parse_default | pugi::parse_ws_pcdata_single,
        pugi::encoding_utf8);
    if (!result) {
        // An element without its end is told at the end of the file; its name says more.
        return std::unexpected(Message{file->place_of(result.offset),
                                       "is not XML: " + lower_case(result.description())});
    }
    if (!same_text(file->root().name(), root))
        return std::unexpected(Message{file->place(file->root()),
                                       "the root element is <" + std::string(file->root().name()) +
                                           ">, not <" + std::string(root) + ">"});
    return file;
}

Place XmlFile::place(pugi::xml_node node) const {
    return place_of(node.offset_debug());
}

Place XmlFile::place_of(std::ptrdiff_t offset) const {
    if (offset < 0)
        return {path_};
    const std::string_view before =
        std::string_view(text_).substr(0, static_cast<std::size_t>(offset));
    const auto lines = static_cast<unsigned>(std::ranges::count(before, '\n'));
    const std::size_t newline = before.rfind('\n');
    const std::size_t start = newline == std::string_view::npos ? 0 : newline + 1;
    return {path_, lines + 1, static_cast<unsigned>(before.size() - start) + 1};
}

} // namespace ksbox::build
