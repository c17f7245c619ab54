package com.example.agent;

import io.podidentity.emulator.PodIdentityEmulator;
import io.podidentity.tokenprovider.spring.test.EmulatedAzure;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/** The emulated Azure of this application: the pod of k8s/, the blueprint with two agent identities, and an order. */
@EmulatedAzure(manifests = "k8s", pod = "agent", customizers = EmulatedAgents.Setup.class)
class EmulatedAgents {
    private static final String BLUEPRINT = "b1000000-0000-4000-8000-000000000001";
    private static final String SUPPORT = "a6000000-0000-4000-8000-000000000001";
    private static final String MARKETING = "a6000000-0000-4000-8000-000000000002";

    static final class Setup implements Consumer<PodIdentityEmulator.Builder> {
        @Override
        public void accept(PodIdentityEmulator.Builder azure) {
            azure.agentBlueprint(BLUEPRINT, "b1000000-0000-4000-8000-00000000000f")
                    .agentIdentity(BLUEPRINT, SUPPORT, SUPPORT)
                    .agentIdentity(BLUEPRINT, MARKETING, MARKETING)
                    .role(SUPPORT, "Storage Blob Data Reader")
                    .blob("orders", "1001.txt", "text/plain", "3 apples".getBytes(StandardCharsets.UTF_8));
        }
    }
}
