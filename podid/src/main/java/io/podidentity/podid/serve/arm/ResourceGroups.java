package io.podidentity.podid.serve.arm;

import java.time.Duration;

/** Resource groups: removing one removes what is in it. */
final class ResourceGroups implements ResourceType {

    @Override
    public String name() {
        return ResourceId.GROUP_TYPE;
    }

    @Override
    public Document complete(ResourceId id, Document asked) {
        return asked.with("id", id.text()).with("name", id.name()).with("type", name());
    }

    /** Removing takes time; creating is immediate, which {@link ArmResources} does. */
    @Override
    public Duration time() {
        return Duration.ofSeconds(1);
    }
}
