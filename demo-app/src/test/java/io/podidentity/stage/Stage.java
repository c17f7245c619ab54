package io.podidentity.stage;

import io.podidentity.emulator.PodIdentityEmulator;
import io.podidentity.tokenprovider.spring.test.EmulatedAzureSettings;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * An emulated Azure in which the place of the demo and its troubles can be switched.
 *
 * <p><i>Thread-safety:</i> safe for use by several threads.
 */
public final class Stage implements AutoCloseable {
    private final PodIdentityEmulator azure;
    private final EmulatedAz az;
    private final Set<Trouble> troubles = EnumSet.noneOf(Trouble.class);
    private Host host = Host.POD;

    public Stage(PodIdentityEmulator azure) {
        this.azure = azure;
        this.az = new EmulatedAz(azure);
    }

    /** A button: what it turns on or off, how it is called, and whether that is on. */
    public record Button(String value, String label, boolean pressed) {}

    /** The settings of the application on the host. */
    public synchronized Map<String, Object> settings() {
        Map<String, Object> settings = EmulatedAzureSettings.of(azure, host.environment(azure, az));
        settings.put("demo.storage.endpoint", azure.storage().toString());
        settings.put("demo.storage.container", "samples");
        return settings;
    }

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

    /** Goes to another place, where nothing is broken. */
    synchronized void play(Host host) {
        this.host = host;
        troubles.clear();
        apply();
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
        azure.close();
    }
}
