// Whose window an address lies in. Signal handlers ask: the sanitizers do not enter this file
// (src/nt/CMakeLists.txt), for they may be what was interrupted.
#include "nt/mm/memory_state.h"

namespace ksbox::mm {
namespace {

std::uintptr_t number(const void *address) {
    return reinterpret_cast<std::uintptr_t>(address);
}

bool within(std::uintptr_t address, std::size_t bytes, std::uintptr_t base, std::size_t size) {
    return address >= base && address - base <= size && bytes <= size - (address - base);
}

} // namespace

std::uintptr_t client_slot(unsigned slot) {
    return layout::client_window + slot * layout::client_slot_bytes;
}

std::uintptr_t system_slot(unsigned slot) {
    return layout::system_window + slot * layout::system_slot_bytes;
}

bool Memory::is_client(const void *address, std::size_t bytes) const {
    return within(number(address), bytes, client_slot(slot_), layout::client_slot_bytes);
}

bool Memory::is_system(const void *address) const {
    return within(number(address), 1, system_slot(slot_), layout::system_slot_bytes);
}

} // namespace ksbox::mm
