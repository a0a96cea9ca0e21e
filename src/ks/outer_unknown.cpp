// IUnknown and IKsControl of AVStream objects.
#include "ks/outer_unknown.h"

#include "abi/unknown.h"
#include "ks/device.h"
#include "ks/filter.h"
#include "ks/ks_class.h"
#include "ks/object.h"
#include "ks/pin.h"
#include "ks/pool_object.h"
#include "nt/spin_guard.h"

namespace ksbox::ks {
namespace {

bool is(REFIID a, const GUID &b) {
    return std::memcmp(&a, &b, sizeof b) == 0;
}

NTSTATUS send(PFILE_OBJECT file, ULONG code, void *in, ULONG in_bytes, void *out, ULONG out_bytes,
              ULONG *returned) {
    ULONG unused = 0;
    if (!file)
        return STATUS_INVALID_DEVICE_REQUEST;
    return KsSynchronousIoControlDevice(file, KernelMode, code, in, in_bytes, out, out_bytes,
                                        returned ? returned : &unused);
}

/// Requests to the file object that the derived class knows. Every method is ms_abi and there is no
/// virtual destructor: drivers call through this table.
class Control : public IKsControl {
  public:
    STDMETHODIMP_(NTSTATUS)
    KsProperty(PKSPROPERTY property, ULONG length, PVOID data, ULONG data_length,
               ULONG *returned) noexcept override {
        return send(file(), IOCTL_KS_PROPERTY, property, length, data, data_length, returned);
    }
    STDMETHODIMP_(NTSTATUS)
    KsMethod(PKSMETHOD method, ULONG length, PVOID data, ULONG data_length,
             ULONG *returned) noexcept override {
        return send(file(), IOCTL_KS_METHOD, method, length, data, data_length, returned);
    }
    STDMETHODIMP_(NTSTATUS)
    KsEvent(PKSEVENT event, ULONG length, PVOID data, ULONG data_length,
            ULONG *returned) noexcept override {
        // Without an event: disable the one that the data pointer names.
        if (!event)
            return send(file(), IOCTL_KS_DISABLE_EVENT, data, data_length, nullptr, 0, returned);
        return send(file(), IOCTL_KS_ENABLE_EVENT, event, length, data, data_length, returned);
    }

  protected:
    virtual PFILE_OBJECT file() = 0;
};

/// What a device's outer unknown offers beyond IKsControl; lives and is counted with it.
/// @doc NF:ks.IKsDeviceFunctions.RegisterAdapterObjectEx
class DeviceFunctions final : public IKsDeviceFunctions {
  public:
    DeviceFunctions(Device &device, IUnknown &owner) : device_(device), owner_(owner) {}

    STDMETHODIMP_(NTSTATUS) QueryInterface(REFIID id, PVOID *result) noexcept override {
        return owner_.QueryInterface(id, result);
    }
    STDMETHODIMP_(ULONG) AddRef() noexcept override { return owner_.AddRef(); }
    STDMETHODIMP_(ULONG) Release() noexcept override { return owner_.Release(); }
    STDMETHODIMP_(NTSTATUS)
    RegisterAdapterObjectEx(PADAPTER_OBJECT adapter, PDEVICE_DESCRIPTION, ULONG,
                            ULONG max_mapping_bytes, ULONG mapping_stride) noexcept override {
        KsDeviceRegisterAdapterObject(&device_.abi(), adapter, max_mapping_bytes, mapping_stride);
        return STATUS_SUCCESS;
    }

  private:
    Device &device_;
    IUnknown &owner_;
};

/// The outer unknown of an object: as long-lived as it; references only guard against misuse.
class Outer final : public Control {
  public:
    explicit Outer(Object &object)
        : object_(object), functions_(object.device(), static_cast<IKsControl &>(*this)) {}

    STDMETHODIMP_(NTSTATUS) QueryInterface(REFIID id, PVOID *result) noexcept override {
        if (is_unknown(id) || is(id, IID_IKsControl)) {
            *result = static_cast<IKsControl *>(this);
            AddRef();
            return STATUS_SUCCESS;
        }
        if (object_.type == KsObjectTypeDevice && is(id, IID_IKsDeviceFunctions)) {
            *result = static_cast<IKsDeviceFunctions *>(&functions_);
            AddRef();
            return STATUS_SUCCESS;
        }
        if (object_.client_unknown)
            return object_.client_unknown->QueryInterface(id, result);
        *result = nullptr;
        return STATUS_NOINTERFACE;
    }
    STDMETHODIMP_(ULONG) AddRef() noexcept override {
        return static_cast<ULONG>(InterlockedIncrement(&references_));
    }
    STDMETHODIMP_(ULONG) Release() noexcept override {
        return static_cast<ULONG>(InterlockedDecrement(&references_));
    }

  protected:
    PFILE_OBJECT file() override {
        switch (object_.type) {
        case KsObjectTypeFilter:
            return static_cast<Filter &>(object_).file;
        case KsObjectTypePin:
            return static_cast<Pin &>(object_).file;
        default:
            return nullptr;
        }
    }

  private:
    Object &object_;
    DeviceFunctions functions_; ///< offered by devices only
    LONG references_ = 1;
};

/// The thunk for a peer that is not AVStream's: only IUnknown and IKsControl.
class Thunk final : public Control {
  public:
    explicit Thunk(Kernel &kernel, PFILE_OBJECT file) : kernel_(kernel), file_(file) {
        ObReferenceObject(file);
    }

    STDMETHODIMP_(NTSTATUS) QueryInterface(REFIID id, PVOID *result) noexcept override {
        if (!is_unknown(id) && !is(id, IID_IKsControl)) {
            *result = nullptr;
            return STATUS_NOINTERFACE;
        }
        *result = static_cast<IKsControl *>(this);
        AddRef();
        return STATUS_SUCCESS;
    }
    STDMETHODIMP_(ULONG) AddRef() noexcept override {
        return static_cast<ULONG>(InterlockedIncrement(&references_));
    }
    STDMETHODIMP_(ULONG) Release() noexcept override {
        const LONG left = InterlockedDecrement(&references_);
        if (left == 0) {
            ObDereferenceObject(file_);
            PoolDelete<Thunk>{&kernel_}(this);
        }
        return static_cast<ULONG>(left);
    }

  protected:
    PFILE_OBJECT file() override { return file_; }

  private:
    Kernel &kernel_;
    const PFILE_OBJECT file_;
    LONG references_ = 1;
};

/// Keeps an Outer with its object.
struct Holder final : OuterHolder {
    explicit Holder(PoolPtr<Outer> outer) : outer(std::move(outer)) {}
    PoolPtr<Outer> outer;
};

} // namespace

PUNKNOWN outer_unknown(Object &object) {
    if (!object.outer) {
        auto outer = make_in_pool<Outer>(object.kernel, object);
        if (!outer)
            return nullptr;
        auto holder = std::make_unique<Holder>(std::move(outer));
        SpinGuard guard(KsClass::current().connections);
        if (!object.outer) // another thread was faster
            object.outer = std::move(holder);
    }
    return static_cast<PUNKNOWN>(
        static_cast<IKsControl *>(static_cast<Holder &>(*object.outer).outer.get()));
}

PUNKNOWN make_control_thunk(PFILE_OBJECT file) {
    Kernel &kernel = current_kernel();
    auto thunk = make_in_pool<Thunk>(kernel, kernel, file);
    return static_cast<PUNKNOWN>(static_cast<IKsControl *>(thunk.release()));
}

} // namespace ksbox::ks
