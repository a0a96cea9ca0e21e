// The steps of Image::load, in order. Each works on writable memory; protect() comes last.
#pragma once

#include "loader/image.h"

namespace ksbox::loader {

class ImageBuilder {
  public:
    ImageBuilder(const PeFile &file, ImageMemory &memory, SymbolResolver &resolver,
                 LoadOptions options);
    [[nodiscard]] LoadResult<std::unique_ptr<Image>> build();

  private:
    [[nodiscard]] LoadResult<void> reserve();
    void copy_facts();
    void map();
    void relocate();
    void bind();
    [[nodiscard]] const void *target_of(const ImportedModule &module, const ImportedSymbol &symbol);
    [[nodiscard]] std::span<std::byte> new_thunk();
    [[nodiscard]] const void *make_sanitizer_thunk(const SanitizerCall &call);
    /// Code for a name of the function table.
    [[nodiscard]] const void *function_of(const std::string &module, const char *name);
    /// `records` has room for one more: thunks point at them.
    [[nodiscard]] const void *make_missing_thunk(std::vector<ImportRecord> &records,
                                                 const std::string &module, std::string name);
    [[nodiscard]] const void *make_counting_thunk(std::uint64_t *counter, const void *target);
    void register_globals();
    void set_cookie();
    void set_guard();
    void patch_shared_data();
    [[nodiscard]] LoadResult<void> protect();
    [[nodiscard]] unsigned access_of(const Section &section);
    [[nodiscard]] std::vector<unsigned> access_of_pages();

    const PeFile &file_;
    SymbolResolver &resolver_;
    std::unique_ptr<Image> image_;
    std::size_t import_count_ = 0, thunk_count_ = 0;
    SymbolResolver::FunctionTable table_;
};

} // namespace ksbox::loader
