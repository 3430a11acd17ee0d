#include "bench/load/works/steady.h"
#include "bench/load/works/works.h"

namespace longwire::load {

Result<boost::json::object> run_paced(Rig& rig) {
    LW_TRY_STATUS(rig.open_all());
    LW_TRY(auto steady, publish_steadily(rig, rig.settings.rate, rig.settings.warm_s, rig.settings.measured_s));
    steady.report["incomplete_watchers"] = rig.swarm.incomplete(rig.publisher.published_by_topic());
    return steady.report;
}

}  // namespace longwire::load
