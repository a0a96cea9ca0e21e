// The images of one box: mapped into its system window, bound to the export catalogue and to each
// other's exports, known by address for stack walks and reports.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "box/call_counts.h"
#include "loader/image.h"
#include "loader/image_index.h"
#include "nt/kernel.h"

namespace ksbox::box {

class DriverImages final : public KernelExtension {
  public:
    explicit DriverImages(Kernel &kernel);
    ~DriverImages() override;

    /// Maps the file. The image is named after it. The error's message is one clause.
    loader::LoadResult<loader::Image *> load(const std::filesystem::path &file);
    void unload(loader::Image &image);

    const loader::ImageIndex &index() const { return index_; }
    const std::vector<std::unique_ptr<loader::Image>> &images() const { return images_; }
    /// "cable.sys+0x1a60", or "" for an address in no image.
    std::string name_of(const void *address) const;

    /// From the next load() on, calls of imports are counted.
    void count_calls() { counts_calls_ = true; }
    const CallCounts &call_counts() const { return call_counts_; }

  private:
    class Memory;
    class Resolver;
    Kernel &kernel_;
    bool counts_calls_ = false;
    CallCounts call_counts_; // outlives the images, whose code counts there
    std::unique_ptr<Memory> memory_;
    std::unique_ptr<Resolver> resolver_;
    std::vector<std::unique_ptr<loader::Image>> images_;
    loader::ImageIndex index_;
};

} // namespace ksbox::box
