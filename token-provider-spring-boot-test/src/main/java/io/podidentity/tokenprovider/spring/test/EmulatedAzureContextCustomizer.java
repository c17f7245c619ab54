package io.podidentity.tokenprovider.spring.test;

import io.podidentity.emulator.PodIdentityEmulator;
import io.podidentity.emulator.cluster.Profile;
import io.podidentity.tokenprovider.spring.TokenProviderConnectionDetails;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLContext;
import org.springframework.beans.BeanUtils;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.MapPropertySource;
import org.springframework.test.context.ContextCustomizer;
import org.springframework.test.context.MergedContextConfiguration;

/** Starts the emulator with the context. Equal annotations are equal customizers, so contexts are shared. */
record EmulatedAzureContextCustomizer(EmulatedAzure annotation) implements ContextCustomizer {
    static final String BEAN = "emulatedAzure";

    @Override
    public void customizeContext(ConfigurableApplicationContext context, MergedContextConfiguration configuration) {
        PodIdentityEmulator azure = start();
        var beans = (DefaultListableBeanFactory) context.getBeanFactory();
        beans.registerSingleton(BEAN, azure);
        beans.registerDisposableBean(BEAN, azure::close);
        SSLContext trusting = azure.sslContext();
        SSLContext.setDefault(trusting);
        HttpsURLConnection.setDefaultSSLSocketFactory(trusting.getSocketFactory());

        Map<String, String> environment = annotation.pod().isEmpty()
                ? azure.environment()
                : azure.pod(annotation.pod()).environment();
        beans.registerSingleton(BEAN + "Connection", new Connection(environment, trusting));
        context.getEnvironment()
                .getPropertySources()
                .addFirst(new MapPropertySource(BEAN, EmulatedAzureSettings.of(azure, environment)));
    }

    private PodIdentityEmulator start() {
        PodIdentityEmulator.Builder builder = PodIdentityEmulator.builder()
                .manifests(Stream.of(annotation.manifests()).map(Path::of).toArray(Path[]::new))
                .timeScale(annotation.timeScale());
        if (!annotation.profile().isEmpty()) {
            builder.profile(Profile.of(annotation.profile()));
        }
        for (var customizer : annotation.customizers()) {
            BeanUtils.instantiateClass(customizer).accept(builder);
        }
        return builder.start();
    }

    private record Connection(Map<String, String> environment, SSLContext sslContext)
            implements TokenProviderConnectionDetails {}
}
