// An XML file with the places of its nodes.
#pragma once

#include <expected>
#include <memory>
#include <string>

#include <pugixml.hpp>

#include "build/files.h"
#include "build/message.h"

namespace ksbox::build {

class XmlFile {
  public:
    /// Refused: what cannot be read, what is not XML (with its place), another root element.
    static std::expected<std::unique_ptr<XmlFile>, Message>
    read(const Files &files, const std::filesystem::path &path, std::string_view root);

    pugi::xml_node root() const { return document_.document_element(); }
    const std::filesystem::path &path() const { return path_; }
    Place place(pugi::xml_node node) const;

  private:
    Place place_of(std::ptrdiff_t offset) const;

    std::filesystem::path path_;
    std::string text_;
    pugi::xml_document document_;
};

} // namespace ksbox::build
