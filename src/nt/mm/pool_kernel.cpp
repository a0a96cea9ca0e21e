// The pool of a box: its misuse stops the box.
#include "nt/ke/bug_check.h"
#include "nt/kernel.h"
#include "nt/mm/memory.h"
#include "nt/mm/pool.h"

namespace ksbox::mm {

Pool::Pool(Kernel &kernel)
    : Pool(kernel.memory(), kernel.random("pool"), [](const PoolMisuse &misuse) {
          const auto &p = misuse.parameters;
          bug_check(misuse.code, p[0], p[1], p[2], p[3], misuse.reason);
      }) {}

} // namespace ksbox::mm
