package io.podidentity.podid.serve.arm;

import java.util.Map;

/** One resource as it is now. Immutable. */
record ArmResource(ResourceId id, Document body) {

    Map<String, Object> json() {
        return body.fields();
    }

    ArmResource in(String provisioningState) {
        return new ArmResource(id, body.withProperty("provisioningState", provisioningState));
    }
}
