#include "kmdf/transfer.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "kmdf/framework.h"
#include "kmdf/memory.h"
#include "nt/ke/thread.h"
#include "nt/mm/mdl.h"
#include "nt/mm/memory.h"
#include "nt/mm/pool.h"

namespace ksbox::kmdf {

NTSTATUS Part::of(WDFMEMORY memory, const WDFMEMORY_OFFSET *offset, const char *function,
                  Part &part) {
    part = {};
    if (memory == nullptr)
        return STATUS_SUCCESS;
    auto &object = object_of<Memory>(memory, function);
    const std::size_t begin = offset ? offset->BufferOffset : 0;
    if (begin > object.size())
        return STATUS_INVALID_DEVICE_REQUEST;
    const std::size_t rest = object.size() - begin;
    const std::size_t bytes = offset && offset->BufferLength ? offset->BufferLength : rest;
    if (bytes > rest)
        return STATUS_INVALID_DEVICE_REQUEST;
    part = {object.data() + begin, bytes, &object, begin, nullptr};
    return STATUS_SUCCESS;
}

NTSTATUS Part::of(const WDF_MEMORY_DESCRIPTOR *descriptor, const char *function, Part &part) {
    part = {};
    if (descriptor == nullptr)
        return STATUS_SUCCESS;
    switch (descriptor->Type) {
    case WdfMemoryDescriptorTypeHandle:
        return of(descriptor->u.HandleType.Memory, descriptor->u.HandleType.Offsets, function,
                  part);
    case WdfMemoryDescriptorTypeBuffer:
        part.data = static_cast<std::byte *>(descriptor->u.BufferType.Buffer);
        part.bytes = descriptor->u.BufferType.Length;
        return part.data == nullptr && part.bytes != 0 ? STATUS_INVALID_PARAMETER : STATUS_SUCCESS;
    case WdfMemoryDescriptorTypeMdl: {
        const PMDL mdl = descriptor->u.MdlType.Mdl;
        if (mdl == nullptr || descriptor->u.MdlType.BufferLength > MmGetMdlByteCount(mdl))
            return STATUS_INVALID_PARAMETER;
        const auto address = mm::mdl_system_address(current_kernel().memory(), *mdl);
        if (!address)
            return STATUS_INSUFFICIENT_RESOURCES;
        part.data = *address;
        part.bytes = descriptor->u.MdlType.BufferLength ? descriptor->u.MdlType.BufferLength
                                                        : MmGetMdlByteCount(mdl);
        part.mdl = mdl;
        return STATUS_SUCCESS;
    }
    default:
        return STATUS_INVALID_PARAMETER;
    }
}

Transfer::~Transfer() {
    if (client_ == nullptr || !ke::current_thread_or_null())
        return;
    Kernel &kernel = client_->kernel();
    if (own_mdl_) {
        mm::mdl_unlock(kernel.memory(), *mdl_);
        mm::mdl_free(kernel.memory(), kernel.pool(), mdl_, nullptr);
    }
    if (system_)
        kernel.pool().free(system_, 0, nullptr);
}

void Transfer::swap(Transfer &other) noexcept {
    std::swap(input_, other.input_);
    std::swap(output_, other.output_);
    for (std::size_t i = 0; i < std::size(held_); ++i)
        std::swap(held_[i], other.held_[i]);
    std::swap(client_, other.client_);
    std::swap(system_, other.system_);
    std::swap(copies_back_, other.copies_back_);
    std::swap(mdl_, other.mdl_);
    std::swap(own_mdl_, other.own_mdl_);
    std::swap(user_, other.user_);
    std::swap(type3_, other.type3_);
}

void Transfer::hold(const Part &part, std::size_t slot) {
    held_[slot] = Reference(part.memory);
}

NTSTATUS Transfer::allocate(Client &client, std::size_t bytes) {
    client_ = &client;
    if (bytes == 0)
        return STATUS_SUCCESS;
    system_ = static_cast<std::byte *>(client.kernel().pool().allocate(
        mm::PoolKind::nonpaged, bytes, client.tag(), nullptr, true));
    return system_ ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES;
}

NTSTATUS Transfer::describe(const Part &part, LOCK_OPERATION operation) {
    if (part.bytes == 0)
        return STATUS_SUCCESS;
    if (part.mdl) {
        mdl_ = part.mdl;
        return STATUS_SUCCESS;
    }
    Kernel &kernel = client_->kernel();
    PMDL mdl = mm::mdl_allocate(kernel.pool(), part.data, part.bytes, nullptr);
    if (mdl == nullptr)
        return STATUS_INSUFFICIENT_RESOURCES;
    if (const auto locked = mm::mdl_lock(kernel.memory(), *mdl, KernelMode, operation, nullptr);
        !locked) {
        mm::mdl_free(kernel.memory(), kernel.pool(), mdl, nullptr);
        return locked.error().value();
    }
    mdl_ = mdl;
    own_mdl_ = true;
    return STATUS_SUCCESS;
}

NTSTATUS Transfer::prepare_control(Client &client, ULONG code, const Part &input,
                                   const Part &output) {
    input_ = input;
    output_ = output;
    hold(input, 0);
    hold(output, 1);
    client_ = &client;
    switch (METHOD_FROM_CTL_CODE(code)) {
    case METHOD_BUFFERED:
        copies_back_ = true;
        if (const NTSTATUS status = allocate(client, std::max(input.bytes, output.bytes));
            !NT_SUCCESS(status))
            return status;
        break;
    case METHOD_NEITHER:
        type3_ = input.data;
        user_ = output.data;
        return STATUS_SUCCESS;
    default:
        if (const NTSTATUS status = allocate(client, input.bytes); !NT_SUCCESS(status))
            return status;
        // The device reads the second buffer with METHOD_IN_DIRECT, and writes it with the other.
        if (const NTSTATUS status =
                describe(output, METHOD_FROM_CTL_CODE(code) == METHOD_IN_DIRECT ? IoReadAccess
                                                                                : IoWriteAccess);
            !NT_SUCCESS(status))
            return status;
    }
    if (input.bytes)
        std::memcpy(system_, input.data, input.bytes);
    return STATUS_SUCCESS;
}

NTSTATUS Transfer::prepare_data(Client &client, Access access, bool read, const Part &part) {
    (read ? output_ : input_) = part;
    hold(part, 0);
    client_ = &client;
    switch (access) {
    case Access::buffered:
        copies_back_ = read;
        if (const NTSTATUS status = allocate(client, part.bytes); !NT_SUCCESS(status))
            return status;
        if (!read && part.bytes)
            std::memcpy(system_, part.data, part.bytes);
        return STATUS_SUCCESS;
    case Access::direct:
        return describe(part, read ? IoWriteAccess : IoReadAccess);
    case Access::neither:
        user_ = part.data;
        return STATUS_SUCCESS;
    }
    return STATUS_INVALID_PARAMETER;
}

void Transfer::keep(const Part &first, const Part &second, const Part &third) {
    hold(first, 0);
    hold(second, 1);
    hold(third, 2);
}

void Transfer::put(IRP &irp, IO_STACK_LOCATION &stack) const {
    irp.AssociatedIrp.SystemBuffer = system_;
    irp.MdlAddress = mdl_;
    irp.UserBuffer = user_;
    if (type3_)
        stack.Parameters.DeviceIoControl.Type3InputBuffer = type3_;
}

void Transfer::finish(NTSTATUS status, ULONG_PTR information) {
    if (!copies_back_ || NT_ERROR(status) || output_.bytes == 0)
        return;
    std::memcpy(output_.data, system_, std::min<std::size_t>(information, output_.bytes));
}

} // namespace ksbox::kmdf
