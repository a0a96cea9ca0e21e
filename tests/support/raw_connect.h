// KSPIN_CONNECT as a client lays it out in memory, and the calls of ksuser on a client's thread.
#pragma once

#include <cstring>
#include <span>
#include <vector>

#include "ksbox/filter.h"
#include "ksbox/ks.h"

namespace ksbox::testing {

inline Guid guid_of(const GUID &guid) {
    Guid result;
    std::memcpy(&result, &guid, sizeof result);
    return result;
}

inline HANDLE as_handle(Handle handle) {
    return reinterpret_cast<HANDLE>(handle);
}
inline Handle as_handle(HANDLE handle) {
    return reinterpret_cast<Handle>(handle);
}

/// A connection request with a format behind it: standard streaming over the standard medium.
class RawConnect {
  public:
    RawConnect(ULONG pin_id, const DataFormat &format, Handle pin_to_handle = 0)
        : bytes_(sizeof(KSPIN_CONNECT) + format.bytes().size()) {
        KSPIN_CONNECT &connect = **this;
        connect.Interface.Set = KSINTERFACESETID_Standard;
        connect.Interface.Id = KSINTERFACE_STANDARD_STREAMING;
        connect.Medium.Set = KSMEDIUMSETID_Standard;
        connect.Medium.Id = KSMEDIUM_STANDARD_DEVIO;
        connect.PinId = pin_id;
        connect.PinToHandle = as_handle(pin_to_handle);
        connect.Priority = {KSPRIORITY_NORMAL, 1};
        std::memcpy(bytes_.data() + sizeof connect, format.bytes().data(), format.bytes().size());
    }

    KSPIN_CONNECT &operator*() { return *reinterpret_cast<KSPIN_CONNECT *>(bytes_.data()); }
    KSPIN_CONNECT *operator->() { return &**this; }
    KSDATAFORMAT &format() { return *reinterpret_cast<KSDATAFORMAT *>(&**this + 1); }
    const KSPIN_CONNECT *get() const {
        return reinterpret_cast<const KSPIN_CONNECT *>(bytes_.data());
    }
    std::span<const std::byte> bytes() const { return bytes_; }

  private:
    std::vector<std::byte> bytes_;
};

/// What a create came to. The handle is closed with the object.
struct Created {
    Created(Client &owner, std::uint32_t code, HANDLE value)
        : error(code), handle(value), object(owner, code == 0 ? as_handle(value) : 0) {}
    std::uint32_t error; ///< HRESULT or Win32 code
    HANDLE handle;       ///< as the call left it
    KsObject object;
};

/// KsCreatePin2, on the client's host thread.
inline Created create_pin2(const Filter &filter, const KSPIN_CONNECT *connect,
                           ACCESS_MASK access = GENERIC_WRITE) {
    HRESULT result = 0;
    HANDLE pin = nullptr;
    filter.client().run(
        [&] { result = KsCreatePin2(as_handle(filter.handle()), connect, access, &pin); });
    return {filter.client(), std::uint32_t(result), pin};
}

/// KsCreatePin.
inline Created create_pin(const Filter &filter, const KSPIN_CONNECT *connect,
                          ACCESS_MASK access = GENERIC_WRITE) {
    DWORD result = 0;
    HANDLE pin = nullptr;
    filter.client().run(
        [&] { result = KsCreatePin(as_handle(filter.handle()), connect, access, &pin); });
    return {filter.client(), result, pin};
}

/// KSPROPERTY_CONNECTION_STATE of a pin by its handle. Throws Error.
inline void set_state(Client &client, Handle pin, PinState state) {
    const KSPROPERTY request{KSPROPSETID_Connection, KSPROPERTY_CONNECTION_STATE,
                             KSPROPERTY_TYPE_SET};
    const IoResult result =
        client.control(pin, IOCTL_KS_PROPERTY, std::as_bytes(std::span(&request, 1)),
                       std::as_writable_bytes(std::span(&state, 1)));
    if (!result.success())
        throw Error(std::uint32_t(result.status), "the state is not set");
}
inline PinState state_of(Client &client, Handle pin) {
    const KSPROPERTY request{KSPROPSETID_Connection, KSPROPERTY_CONNECTION_STATE,
                             KSPROPERTY_TYPE_GET};
    PinState state{};
    const IoResult result =
        client.control(pin, IOCTL_KS_PROPERTY, std::as_bytes(std::span(&request, 1)),
                       std::as_writable_bytes(std::span(&state, 1)));
    if (!result.success())
        throw Error(std::uint32_t(result.status), "the state is not told");
    return state;
}

} // namespace ksbox::testing
