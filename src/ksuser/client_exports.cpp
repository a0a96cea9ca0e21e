// The symbols behind <ksbox/ks.h>, which clients see without Windows headers: the names carry
// "ksuser_", for ks.sys exports functions of the same names in kernel mode.
#include "ksuser/ksuser.h"

namespace user = ksbox::ksuser;

extern "C" {

DWORD ksuser_KsCreatePin(HANDLE filter, const KSPIN_CONNECT *connect, ACCESS_MASK access,
                         HANDLE *pin) {
    return user::KsCreatePin(filter, connect, access, pin);
}

DWORD ksuser_KsCreateClock(HANDLE pin, const KSCLOCK_CREATE *create, HANDLE *clock) {
    return user::KsCreateClock(pin, create, clock);
}

DWORD ksuser_KsCreateAllocator(HANDLE pin, const KSALLOCATOR_FRAMING *framing, HANDLE *allocator) {
    return user::KsCreateAllocator(pin, framing, allocator);
}

DWORD ksuser_KsCreateTopologyNode(HANDLE parent, const KSNODE_CREATE *create, ACCESS_MASK access,
                                  HANDLE *node) {
    return user::KsCreateTopologyNode(parent, create, access, node);
}

HRESULT ksuser_KsCreatePin2(HANDLE filter, const KSPIN_CONNECT *connect, ACCESS_MASK access,
                            HANDLE *pin) {
    return user::KsCreatePin2(filter, connect, access, pin);
}

HRESULT ksuser_KsCreateClock2(HANDLE pin, const KSCLOCK_CREATE *create, HANDLE *clock) {
    return user::KsCreateClock2(pin, create, clock);
}

HRESULT ksuser_KsCreateAllocator2(HANDLE pin, const KSALLOCATOR_FRAMING *framing,
                                  HANDLE *allocator) {
    return user::KsCreateAllocator2(pin, framing, allocator);
}

HRESULT ksuser_KsCreateTopologyNode2(HANDLE parent, const KSNODE_CREATE *create, ACCESS_MASK access,
                                     HANDLE *node) {
    return user::KsCreateTopologyNode2(parent, create, access, node);
}

HRESULT ksuser_CoInitialize(void *reserved) {
    return user::CoInitialize(reserved);
}

HRESULT ksuser_CoInitializeEx(void *reserved, DWORD model) {
    return user::CoInitializeEx(reserved, model);
}

void ksuser_CoUninitialize() {
    user::CoUninitialize();
}

} // extern "C"
