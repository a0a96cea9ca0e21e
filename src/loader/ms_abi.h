// The calling convention of everything that driver code calls, or that calls driver code.
#pragma once

#define KSBOX_MS_ABI __attribute__((ms_abi))
