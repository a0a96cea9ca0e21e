// The default allocator of a pipe, and a pin's own.
#include "ks/stream/frame_allocator.h"
#include "ks/object_name.h"
#include "ks/refusal.h"

#include <algorithm>

#include "ks/internal_code.h"
#include "ks/pin.h"
#include "nt/call_driver.h"

namespace ksbox::ks {

namespace {

constexpr ULONG pool_tag = 'rFsK';

/// Pool memory is aligned to 16 bytes, from a page on to pages; more is made by hand.
class PoolAllocator final : public FrameAllocator {
  public:
    explicit PoolAllocator(const FrameSetup &setup) : setup_(setup) {}

    void *allocate() override {
        // Whole pages: a frame may be mapped for DMA or shared with a client.
        const std::size_t bytes = ROUND_TO_PAGES(std::size_t(setup_.bytes));
        if (setup_.alignment > PAGE_SIZE)
            return nullptr;
        return ExAllocatePoolWithTag(NonPagedPool, bytes, pool_tag);
    }
    void free(void *frame) override { ExFreePoolWithTag(frame, pool_tag); }

  private:
    const FrameSetup setup_;
};

class PinAllocator final : public FrameAllocator {
  public:
    PinAllocator(Pin &pin, PVOID context)
        : pin_(pin), dispatch_(*pin.dispatch()->Allocator), context_(context) {}
    ~PinAllocator() override {
        if (dispatch_.DeleteAllocator)
            call_driver("KSALLOCATOR_DISPATCH.DeleteAllocator", pin_.abi_address(),
                        dispatch_.DeleteAllocator, context_);
    }

    void *allocate() override {
        return call_driver("KSALLOCATOR_DISPATCH.Allocate", pin_.abi_address(), dispatch_.Allocate,
                           context_);
    }
    void free(void *frame) override {
        call_driver("KSALLOCATOR_DISPATCH.Free", pin_.abi_address(), dispatch_.Free, context_,
                    frame);
    }

  private:
    Pin &pin_;
    const KSALLOCATOR_DISPATCH dispatch_;
    PVOID context_;
};

class FileAllocator final : public FrameAllocator {
  public:
    FileAllocator(PFILE_OBJECT file, const KSSTREAMALLOCATOR_FUNCTIONTABLE &functions)
        : file_(file), functions_(functions) {
        ObReferenceObject(file_);
    }
    ~FileAllocator() override { ObDereferenceObject(file_); }

    void *allocate() override {
        PVOID frame = nullptr;
        const NTSTATUS status = call_code("KSSTREAMALLOCATOR_FUNCTIONTABLE.AllocateFrame", file_,
                                          functions_.AllocateFrame, file_, &frame);
        return NT_SUCCESS(status) ? frame : nullptr;
    }
    void free(void *frame) override {
        call_code("KSSTREAMALLOCATOR_FUNCTIONTABLE.FreeFrame", file_, functions_.FreeFrame, file_,
                  frame);
    }

  private:
    const PFILE_OBJECT file_;
    const KSSTREAMALLOCATOR_FUNCTIONTABLE functions_;
};

NTSTATUS query(PFILE_OBJECT file, ULONG id, PVOID data, ULONG bytes) {
    KSPROPERTY property{};
    property.Set = KSPROPSETID_StreamAllocator;
    property.Id = id;
    property.Flags = KSPROPERTY_TYPE_GET;
    ULONG returned = 0;
    return KsSynchronousIoControlDevice(file, KernelMode, IOCTL_KS_PROPERTY, &property,
                                        sizeof property, data, bytes, &returned);
}

} // namespace

Result<std::unique_ptr<FrameAllocator>> FrameAllocator::create_of_file(PFILE_OBJECT file,
                                                                       FrameSetup &setup) {
    KSSTREAMALLOCATOR_FUNCTIONTABLE functions{};
    KSSTREAMALLOCATOR_STATUS allocator{};
    NTSTATUS status =
        query(file, KSPROPERTY_STREAMALLOCATOR_FUNCTIONTABLE, &functions, sizeof functions);
    if (NT_SUCCESS(status))
        status = query(file, KSPROPERTY_STREAMALLOCATOR_STATUS, &allocator, sizeof allocator);
    if (!NT_SUCCESS(status))
        return fail(status);
    setup.frames = allocator.Framing.Frames;
    setup.bytes = allocator.Framing.FrameSize;
    return std::make_unique<FileAllocator>(file, functions);
}

Result<std::unique_ptr<FrameAllocator>> FrameAllocator::create_default(const FrameSetup &setup) {
    return std::make_unique<PoolAllocator>(setup);
}

Result<std::unique_ptr<FrameAllocator>> FrameAllocator::create_of_pin(Pin &pin, FrameSetup &setup) {
    const KSALLOCATOR_DISPATCH &dispatch = *pin.dispatch()->Allocator;
    if (!dispatch.Allocate || !dispatch.Free)
        return refuse(STATUS_INVALID_PARAMETER,
                      std::string("the driver's KSALLOCATOR_DISPATCH has no ") +
                          (dispatch.Allocate ? "Free" : "Allocate"));
    KSALLOCATOR_FRAMING framing{};
    framing.OptionsFlags = KSALLOCATOR_OPTIONF_SYSTEM_MEMORY;
    framing.PoolType = NonPagedPool;
    framing.Frames = setup.frames;
    framing.FrameSize = setup.bytes;
    framing.FileAlignment = setup.alignment - 1;
    PVOID context = nullptr;
    if (dispatch.InitializeAllocator) {
        const NTSTATUS status =
            call_driver("KSALLOCATOR_DISPATCH.InitializeAllocator", pin.abi_address(),
                        dispatch.InitializeAllocator, &pin.abi(), &framing, &context);
        if (!NT_SUCCESS(status))
            return fail(driver_refused("InitializeAllocator", status));
    }
    setup.frames = std::max<ULONG>(framing.Frames, 1);
    setup.bytes = framing.FrameSize;
    return std::make_unique<PinAllocator>(pin, context);
}

} // namespace ksbox::ks
