package io.podidentity.podid.serve.arm;

import java.net.URI;
import java.util.Map;

/** Container registries. All have one address, the emulator's own, where {@link RegistryLogin} hands out tokens. */
final class Registries implements ResourceType {

    private final URI base;

    Registries(URI base) {
        this.base = base;
    }

    @Override
    public String name() {
        return "Microsoft.ContainerRegistry/registries";
    }

    @Override
    public Document complete(ResourceId id, Document asked) {
        if (!id.name().matches("[a-zA-Z0-9]{5,50}")) {
            throw new ArmException(
                    400,
                    "RegistryNameNotValid",
                    "Registry name '" + id.name() + "' must be 5 to 50 letters and digits.");
        }
        // az fails on a registry without this policy, which all have.
        return asked.withProperty("policies", Map.of("azureADAuthenticationAsArmPolicy", Map.of("status", "enabled")))
                .withProperty("loginServer", base.getAuthority())
                .withProperty("adminUserEnabled", asked.properties().is("adminUserEnabled"));
    }
}
