package io.podidentity.emulator.arm;

import java.time.Duration;

/** Resource groups: what is in one goes with it. */
final class ResourceGroups implements ResourceType {

    @Override
    public String name() {
        return ResourceId.GROUP_TYPE;
    }

    @Override
    public Document complete(ResourceId id, Document asked) {
        return asked.with("id", id.text()).with("name", id.name()).with("type", name());
    }

    /** Removing takes its time; making is done at once, as {@link ArmResources} sees to. */
    @Override
    public Duration time() {
        return Duration.ofSeconds(1);
    }
}
