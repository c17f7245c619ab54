// SPDX-License-Identifier: Apache-2.0
package io.podidentity.stage;

import io.podidentity.emulator.PodIdentityEmulator;
import io.podidentity.tokenprovider.spring.TokenProviderConnectionDetails;
import io.podidentity.tokenprovider.spring.test.EmulatedAzureSettings;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.net.ssl.SSLContext;

/**
 * An emulated Azure whose troubles can be switched, and the place where the demo seems to run.
 *
 * <p><i>Thread-safety:</i> safe for use by several threads.
 */
public final class Stage implements AutoCloseable {
    private final PodIdentityEmulator azure;
    private final EmulatedAz az;
    private final Set<Trouble> troubles = EnumSet.noneOf(Trouble.class);
    private final Host host;

    Stage(PodIdentityEmulator azure, Host host) {
        this.azure = azure;
        this.az = new EmulatedAz(azure);
        this.host = host;
        apply();
    }

    /** A button: what it turns on or off, how it is called, and whether that is on. */
    public record Button(String value, String label, boolean pressed) {}

    /** The settings that tell the place. */
    Map<String, Object> settings() {
        return EmulatedAzureSettings.of(azure, host.environment(azure, az));
    }

    /** What the sources of tokens see there. */
    TokenProviderConnectionDetails place() {
        return new Place(host.environment(azure, az), azure.sslContext());
    }

    private record Place(Map<String, String> environment, SSLContext sslContext)
            implements TokenProviderConnectionDetails {}

    /** For the page. */
    public synchronized List<Button> hosts() {
        return Arrays.stream(Host.values())
                .map(other -> new Button(other.name(), other.label(), other == host))
                .toList();
    }

    /** For the page. */
    public synchronized List<Button> troubles() {
        return Arrays.stream(Trouble.values())
                .filter(trouble -> trouble.isIn(host))
                .map(trouble -> new Button(trouble.name(), trouble.label(), troubles.contains(trouble)))
                .toList();
    }

    /** Breaks something, or mends it. */
    synchronized void turn(Trouble trouble) {
        if (!troubles.remove(trouble)) {
            troubles.add(trouble);
        }
        apply();
    }

    private void apply() {
        azure.faults().clear();
        troubles.forEach(trouble -> trouble.order(azure.faults()));
        if (host == Host.LAPTOP && !troubles.contains(Trouble.LOGGED_OUT)) {
            az.signIn();
        } else {
            az.signOut();
        }
    }

    @Override
    public void close() {
        az.close();
    }
}
