// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.spring.test;

import io.podidentity.emulator.PodIdentityEmulator;
import io.podidentity.emulator.cluster.Profile;
import io.podidentity.tokenprovider.spring.TokenProviderConnectionDetails;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.BeanUtils;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.CommandLinePropertySource;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.MutablePropertySources;
import org.springframework.util.ClassUtils;

/**
 * An emulator that runs for one application.
 *
 * @param azure the emulator
 * @param environment the variables of the place where the application is
 */
record StartedAzure(PodIdentityEmulator azure, Map<String, String> environment) {
    /** The bean, and the property source. */
    static final String BEAN = "emulatedAzure";

    private static final String DEADLINE = "token-provider.deadline";

    /** The emulator answers at once, and a test that lets it fail should not last for the 30 s of production. */
    private static final String SHORT_DEADLINE = "5s";

    /** Starts one, and lets this JVM trust it. */
    static StartedAzure start(EmulatedAzure annotation) {
        PodIdentityEmulator.Builder builder = PodIdentityEmulator.builder()
                .manifests(Stream.of(annotation.manifests()).map(Path::of).toArray(Path[]::new))
                .timeScale(annotation.timeScale());
        if (!annotation.profile().isEmpty()) {
            builder.profile(Profile.of(annotation.profile()));
        }
        for (var customizer : annotation.customizers()) {
            BeanUtils.instantiateClass(customizer).accept(builder);
        }
        PodIdentityEmulator azure = builder.start();
        JvmTrust.add(azure.certificateAuthority());
        String pod = annotation.pod();
        Map<String, String> place =
                pod.isEmpty() ? azure.environment() : azure.pod(pod).environment();
        return new StartedAzure(azure, withAuthority(azure, place));
    }

    /** An application that signs in as itself must not ask the real Entra ID, also where no webhook names another. */
    private static Map<String, String> withAuthority(PodIdentityEmulator azure, Map<String, String> place) {
        Map<String, String> environment = new HashMap<>(place);
        environment.putIfAbsent("AZURE_AUTHORITY_HOST", azure.entra().toString());
        return environment;
    }

    /** The one whose settings an environment has; null if it has none. */
    static @Nullable StartedAzure in(ConfigurableEnvironment environment) {
        return environment.getPropertySources().get(BEAN) instanceof Settings settings ? settings.azure : null;
    }

    /** Adds its settings, which come before all others. */
    void addFirstTo(ConfigurableEnvironment environment) {
        environment.getPropertySources().addFirst(new Settings(this));
        addDeadlineTo(environment);
    }

    /** Adds its settings, which a developer can still change on the command line. */
    void addBehindCommandLineTo(ConfigurableEnvironment environment) {
        MutablePropertySources sources = environment.getPropertySources();
        if (sources.contains(CommandLinePropertySource.COMMAND_LINE_PROPERTY_SOURCE_NAME)) {
            sources.addAfter(CommandLinePropertySource.COMMAND_LINE_PROPERTY_SOURCE_NAME, new Settings(this));
        } else {
            sources.addFirst(new Settings(this));
        }
        addDeadlineTo(environment);
    }

    /** Behind all files, which can say something else. */
    private static void addDeadlineTo(ConfigurableEnvironment environment) {
        environment
                .getPropertySources()
                .addLast(new MapPropertySource(BEAN + "Deadline", Map.of(DEADLINE, SHORT_DEADLINE)));
    }

    /** Makes it a bean, unless it is one, which ends with the context. */
    void registerIn(ConfigurableApplicationContext context) {
        var beans = (DefaultListableBeanFactory) context.getBeanFactory();
        if (beans.containsSingleton(BEAN)) {
            return;
        }
        beans.registerSingleton(BEAN, azure);
        beans.registerDisposableBean(BEAN, azure::close);
        beans.registerSingleton(BEAN + "Connection", new Connection(environment, azure.sslContext()));
        if (ClassUtils.isPresent("com.azure.core.credential.TokenCredential", beans.getBeanClassLoader())) {
            beans.addBeanPostProcessor(new UncachedCredentials());
        }
    }

    private record Connection(Map<String, String> environment, SSLContext sslContext)
            implements TokenProviderConnectionDetails {}

    /** Tells by itself whose settings they are. */
    private static final class Settings extends MapPropertySource {
        private final StartedAzure azure;

        Settings(StartedAzure azure) {
            super(BEAN, EmulatedAzureSettings.of(azure.azure(), azure.environment()));
            this.azure = azure;
        }
    }
}
