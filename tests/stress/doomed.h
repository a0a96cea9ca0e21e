// Pins and requests of a client that only the end of its process closes: no object owns them.
#pragma once

#include "ksbox/filter.h"
#include "stress/worker.h"

namespace ksbox::stress {

class Doomed {
  public:
    Doomed(Client &client, const FilterKind &kind);
    /// KsCreatePin2; 0 when it is refused.
    Handle pin(const PinKind &kind, Handle to = 0);
    /// A read or write that nobody waits for.
    void start(Handle pin, bool writes);

  private:
    Client &client_;
    Handle filter_ = 0;
};

} // namespace ksbox::stress
