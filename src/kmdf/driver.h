// The framework's driver object: the root of a driver's tree. @doc NF:wdfdriver.WdfDriverCreate
#pragma once

#include "kmdf/object.h"

namespace ksbox::kmdf {

class Driver final : public Object {
  public:
    static constexpr Type handle_type = Type::driver;
    Driver(Client &client, const WDF_DRIVER_CONFIG &config)
        : Object(client, handle_type), unload_(config.EvtDriverUnload) {}

    PFN_WDF_DRIVER_UNLOAD unload() const { return unload_; }

  protected:
    bool is_passive() const override { return true; }

  private:
    PFN_WDF_DRIVER_UNLOAD unload_;
};

/// Deletes the tree and waits until it is gone. PASSIVE_LEVEL.
void delete_driver(Client &client);

} // namespace ksbox::kmdf
