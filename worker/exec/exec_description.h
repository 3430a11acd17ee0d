#pragma once

#include "worker/exec/exec_kind.h"
#include "worker/sdk/kind_description.h"

namespace longwire::exec {

/// What `exec` takes with these options: it tells which programs and variables are allowed.
KindDescription exec_description(const ExecOptions& options);

}  // namespace longwire::exec
