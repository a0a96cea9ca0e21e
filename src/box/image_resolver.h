// What a driver's imports are bound to: the export catalogue, then the exports of drivers that are
// loaded already, by name or ordinal, forwarded ones followed.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "box/call_counts.h"
#include "loader/image.h"
#include "loader/symbol_resolver.h"
#include "nt/kernel.h"

namespace ksbox::box {

class ImageResolver final : public loader::SymbolResolver {
  public:
    /// `find_image` answers with the loaded image of that file name, whatever the case, or null.
    /// `counts`, if given, is where calls of the catalogue's functions are counted.
    ImageResolver(Kernel &kernel, std::function<loader::Image *(std::string_view)> find_image,
                  CallCounts *counts)
        : kernel_(kernel), find_image_(std::move(find_image)), counts_(counts) {}

    const void *resolve(std::string_view module, std::string_view name) override;
    const void *resolve(std::string_view module, std::uint16_t ordinal) override;
    std::uint64_t *call_counter(std::string_view module, std::string_view name) override;
    /// WdfVersionBind hands out KMDF's.
    FunctionTable function_table(std::string_view module, std::string_view name) override;

    /// The images whose exports were bound so far, each once.
    const std::vector<loader::Image *> &used() const { return used_; }

  private:
    const void *take(loader::Image *image, const loader::ExportedSymbol *symbol);
    const void *follow(std::string_view forwarder);

    Kernel &kernel_;
    std::function<loader::Image *(std::string_view)> find_image_;
    CallCounts *counts_;
    std::vector<loader::Image *> used_;
    unsigned depth_ = 0; ///< of forwarders being followed
};

} // namespace ksbox::box
