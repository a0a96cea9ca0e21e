// Joins the executive, which knows threads and stacks, to the loader, which knows images: how an
// exception is offered to a driver's handlers, and how a stack is walked.
#pragma once

namespace ksbox {
class Kernel;
}

namespace ksbox::box {

/// Sets the kernel's hooks that need the loader's knowledge of images.
void install_exception_hooks(Kernel &kernel);

} // namespace ksbox::box
