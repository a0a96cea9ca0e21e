// The images of one box: mapped into its system window, bound to the export catalogue and to each
// other's exports, known by address for stack walks and reports.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "box/call_counts.h"
#include "box/image_guard.h"
#include "loader/image.h"
#include "loader/image_index.h"
#include "loader/symbolizer.h"
#include "nt/ke/host_lock.h"
#include "nt/kernel.h"

namespace ksbox::box {

class DriverImages final : public KernelExtension {
  public:
    explicit DriverImages(Kernel &kernel);
    ~DriverImages() override;

    /// Maps the file. The image is named after it. The error's message is one clause. Its imports
    /// from other drivers are bound to those that are loaded by now.
    loader::LoadResult<loader::Image *> load(const std::filesystem::path &file);
    /// The driver has gone. Its image stays mapped as long as a loaded image has imports from it;
    /// then its range becomes inaccessible. IRQL: ≤ APC.
    void unload(loader::Image &image);

    const loader::ImageIndex &index() const { return index_; }
    const HostCode &host_code() const { return host_code_; }
    /// "cable.sys+0x1a60", or "" for an address in no image.
    std::string name_of(const void *address) const;
    /// Return addresses in words, with file and line where the driver's PDB is. Slow at first;
    /// asked again about the same address, it remembers.
    std::vector<loader::SymbolizedFrame> symbolize(std::span<const std::uint64_t> addresses) const;

    /// From the next load() on, calls of imports are counted.
    void count_calls() { counts_calls_ = true; }
    const CallCounts &call_counts() const { return call_counts_; }

  private:
    class Memory;
    struct Loaded {
        std::unique_ptr<loader::Image> image;
        std::vector<loader::Image *> uses; ///< the images whose exports it imports
        bool gone = false;                 ///< unloaded, but used
    };
    void unmap_unused();
    bool has_pending_objects(loader::Image &image);

    Kernel &kernel_;
    bool counts_calls_ = false;
    CallCounts call_counts_; // outlives the images, whose code counts there
    std::unique_ptr<Memory> memory_;
    std::vector<Loaded> loaded_; ///< in load order
    loader::ImageIndex index_;
    HostCode host_code_;
    mutable ke::HostLock symbolized_lock_;
    mutable std::map<std::uint64_t, loader::SymbolizedFrame> symbolized_;
};

} // namespace ksbox::box
