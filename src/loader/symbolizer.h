// Addresses into words, for reports: function, source file and line from an image's PDB, found
// beside the image (or where the linker left it) by llvm-symbolizer, a child process that runs only
// when a report is written. Without it, or without the PDB, names fall back to exports.
#pragma once

#include "loader/image_index.h"

namespace ksbox::loader {

struct SourceLine {
    std::string function; ///< empty when unknown
    std::string file;     ///< as the compiler wrote it; empty when unknown
    std::uint32_t line = 0;
};

/// One address of a stack. `lines` has the innermost inlined function first, its caller behind.
struct SymbolizedFrame {
    std::uint64_t address = 0;
    std::string image; ///< "cable.sys", or empty for host code and wild addresses
    bool unloaded = false;
    std::uint32_t rva = 0;
    std::string section;
    std::string export_name; ///< the nearest export below, when the PDB says nothing
    std::uint32_t export_offset = 0;
    std::vector<SourceLine> lines;

    /// "cable.sys!ProcessPin cable.cpp:120", "cable.sys+0x1a60 (DriverEntry+0x20)",
    /// "cable.sys+0x1a60 (unloaded)", or the bare address for what is in no image.
    [[nodiscard]] std::string to_text() const;
};

class Symbolizer {
  public:
    /// `tool` overrides the search for llvm-symbolizer-19 and llvm-symbolizer in PATH.
    explicit Symbolizer(std::string tool = {}) : tool_(std::move(tool)) {}

    /// One entry for each rva, empty where nothing is known. Blocks for as long as the child runs,
    /// at most some seconds.
    [[nodiscard]] std::vector<std::vector<SourceLine>>
    resolve(const std::string &image_path, std::span<const std::uint32_t> rvas) const;

    /// The frames of a stack, innermost first: all but the first (and that one too, when
    /// `first_returns`) are return addresses, and stand for the call before them.
    [[nodiscard]] std::vector<SymbolizedFrame> symbolize(const ImageIndex &images,
                                                         std::span<const std::uint64_t> addresses,
                                                         bool first_returns = false) const;

  private:
    std::string tool_;
};

} // namespace ksbox::loader
