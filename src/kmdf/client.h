// A driver that is bound to the framework: its globals and table, which it reads in the pool, and
// its driver object.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>

#include "kmdf/pending.h"
#include "kmdf/wdf.h"
#include "nt/kernel.h"

namespace ksbox::kmdf {

class Object;

class Client {
  public:
    /// Null: the pool is exhausted. `image`: an address in the driver's image; `caller`: what
    /// binds.
    static std::unique_ptr<Client> create(Kernel &kernel, PDRIVER_OBJECT driver,
                                          std::u16string registry_path, const void *image,
                                          std::span<const void *const> table, const void *caller);

    Globals globals() const { return globals_; }
    const void *table() const { return globals_ + 1; }
    PDRIVER_OBJECT driver_object() const { return driver_object_; }
    const std::u16string &registry_path() const { return registry_path_; }
    /// The service's name, for reports.
    const char *name() const { return globals_->DriverName; }
    const void *image() const { return image_; }
    /// Of what the framework allocates for the driver. @doc NS:wdfdriver._WDF_DRIVER_CONFIG
    ULONG tag() const { return globals_->DriverTag; }

    Kernel &kernel() const { return kernel_; }
    Object *driver() const { return driver_; }
    void set_driver(Object *driver);

    /// Runs it on a system worker, at PASSIVE_LEVEL. IRQL <= DISPATCH_LEVEL.
    void run_later(std::function<void()> work);
    /// Until everything of run_later() has run. PASSIVE_LEVEL.
    void wait_for_later() { later_.wait(); }

    /// Gives the pool's block back. Not of a box that is taken apart.
    void free_globals();

  private:
    struct Later;
    explicit Client(Kernel &kernel) : kernel_(kernel) {}

    Kernel &kernel_;
    Globals globals_ = nullptr;
    PDRIVER_OBJECT driver_object_ = nullptr;
    std::u16string registry_path_;
    const void *image_ = nullptr;
    Object *driver_ = nullptr;
    Pending later_;
};

/// The tag of a driver that gives none: its service's name. @doc NS:wdfdriver._WDF_DRIVER_CONFIG
ULONG default_tag(std::u16string_view service);

} // namespace ksbox::kmdf
