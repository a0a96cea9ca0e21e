// C++ objects whose address drivers get to see as an opaque handle (headers, bags): they live in
// the box's pool, where the seed fixes addresses.
#pragma once

#include <cstdint>
#include <memory>
#include <new>
#include <utility>

#include "ks/alive.h"
#include "nt/kernel.h"
#include "nt/mm/pool.h"

namespace ksbox::ks {

inline constexpr std::uint32_t handle_tag = 0x6148734b; // 'KsHa'

template <typename T> struct PoolDelete {
    Kernel *kernel;
    void operator()(T *object) const {
        object->~T();
        // A dead box's pool goes as a whole.
        if (alive(*kernel))
            kernel->pool().free(object, handle_tag, nullptr);
    }
};
template <typename T> using PoolPtr = std::unique_ptr<T, PoolDelete<T>>;

/// Null when the pool is exhausted.
template <typename T, typename... A> PoolPtr<T> make_in_pool(Kernel &kernel, A &&...arguments) {
    void *memory =
        kernel.pool().allocate(mm::PoolKind::nonpaged, sizeof(T), handle_tag, nullptr, true);
    T *object = memory ? new (memory) T(std::forward<A>(arguments)...) : nullptr;
    return PoolPtr<T>(object, PoolDelete<T>{&kernel});
}

} // namespace ksbox::ks
