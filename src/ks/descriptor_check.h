// Whether AVStream can work on a minidriver's descriptors. @doc NS:ks._KSFILTER_DESCRIPTOR,
// NS:ks._KSPIN_DESCRIPTOR_EX
#pragma once

#include "ks/table_check.h"

namespace ksbox::ks {

TableMistakes check_filter_descriptor(const KSFILTER_DESCRIPTOR *descriptor);
/// `owner`: what to call it.
TableMistakes check_pin_descriptor(const std::string &owner, const KSPIN_DESCRIPTOR_EX &descriptor);

} // namespace ksbox::ks
