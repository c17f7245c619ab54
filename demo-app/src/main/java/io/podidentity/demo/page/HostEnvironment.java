package io.podidentity.demo.page;

import java.util.regex.Pattern;
import org.springframework.boot.actuate.autoconfigure.web.server.ManagementPortType;
import org.springframework.core.env.Environment;

/** Where the application runs, as far as its settings and variables tell. */
record HostEnvironment(Environment environment, String endpoint) {
    /** Azure itself is never on loopback. */
    private static final Pattern LOOPBACK = Pattern.compile("https?://(127\\.|localhost[:/]|\\[::1]).*");

    /** Whether Azure is emulated on this machine. */
    public boolean isEmulated() {
        return LOOPBACK.matcher(endpoint).matches();
    }

    /** Whether Actuator is on the port of the page. */
    public boolean hasActuator() {
        return ManagementPortType.get(environment) == ManagementPortType.SAME;
    }

    /** The place in a few words. */
    public String text() {
        boolean isKubernetes = !variable("KUBERNETES_SERVICE_HOST").isEmpty();
        if (!isKubernetes && variable("AZURE_POD_IDENTITY_AUTHORITY_HOST").isEmpty()) {
            return "on this machine";
        }
        // Kubernetes gives each pod its name as its host name.
        String name = isKubernetes ? variable("HOSTNAME") : "";
        return name.isEmpty() ? "in a pod" : "in the pod " + name;
    }

    private String variable(String name) {
        return environment.getProperty("token-provider.environment." + name, environment.getProperty(name, ""));
    }
}
