package io.podidentity.tokenprovider.spring.test;

import com.azure.core.credential.AccessToken;
import com.azure.core.credential.TokenCredential;
import com.azure.core.credential.TokenRequestContext;
import io.podidentity.emulator.PodIdentityEmulator;
import io.podidentity.emulator.cluster.Profile;
import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import io.podidentity.tokenprovider.spring.TokenProviderConnectionDetails;
import java.nio.file.Path;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.parallel.ResourceLocksProvider;
import org.springframework.beans.BeanUtils;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.MapPropertySource;
import org.springframework.test.context.ContextConfigurationAttributes;
import org.springframework.test.context.ContextCustomizer;
import org.springframework.test.context.ContextCustomizerFactory;
import org.springframework.test.context.MergedContextConfiguration;
import org.springframework.test.context.TestContext;
import org.springframework.test.context.TestContextAnnotationUtils;
import org.springframework.test.context.TestExecutionListener;
import org.springframework.util.ClassUtils;
import reactor.core.publisher.Mono;

/** Starts the emulator with the context. Equal annotations are equal customizers, so contexts are shared. */
record EmulatedAzureContextCustomizer(EmulatedAzure annotation) implements ContextCustomizer {
    static final String BEAN = "emulatedAzure";

    private static final String DEADLINE = "token-provider.deadline";

    /** The emulator answers at once, and a test that lets it fail should not last for the 30 s of production. */
    private static final String SHORT_DEADLINE = "5s";

    @Override
    public void customizeContext(ConfigurableApplicationContext context, MergedContextConfiguration configuration) {
        PodIdentityEmulator azure = start();
        var beans = (DefaultListableBeanFactory) context.getBeanFactory();
        beans.registerSingleton(BEAN, azure);
        beans.registerDisposableBean(BEAN, azure::close);
        JvmTrust.add(azure.certificateAuthority());
        if (ClassUtils.isPresent("com.azure.core.credential.TokenCredential", beans.getBeanClassLoader())) {
            beans.addBeanPostProcessor(new UncachedCredentials());
        }

        Map<String, String> environment = annotation.pod().isEmpty()
                ? azure.environment()
                : azure.pod(annotation.pod()).environment();
        beans.registerSingleton(BEAN + "Connection", new Connection(environment, azure.sslContext()));
        Map<String, Object> settings = EmulatedAzureSettings.of(azure, environment);
        if (!context.getEnvironment().containsProperty(DEADLINE)) {
            settings.put(DEADLINE, SHORT_DEADLINE);
        }
        context.getEnvironment().getPropertySources().addFirst(new MapPropertySource(BEAN, settings));
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

    private static @Nullable EmulatedAzure annotation(Class<?> testClass) {
        return TestContextAnnotationUtils.findMergedAnnotation(testClass, EmulatedAzure.class);
    }

    /** Finds {@link EmulatedAzure} on a test class, or on one that encloses it. */
    static final class Factory implements ContextCustomizerFactory {

        @Override
        public @Nullable ContextCustomizer createContextCustomizer(
                Class<?> testClass, List<ContextConfigurationAttributes> attributes) {
            EmulatedAzure annotation = annotation(testClass);
            return annotation == null ? null : new EmulatedAzureContextCustomizer(annotation);
        }
    }

    /** Lets no test see what the one before has ordered or fetched. */
    static final class Reset implements TestExecutionListener {

        @Override
        public void beforeTestMethod(TestContext test) {
            if (!test.hasApplicationContext()) {
                return;
            }
            ApplicationContext context = test.getApplicationContext();
            if (context.containsBean(BEAN)) {
                context.getBean(BEAN, PodIdentityEmulator.class).faults().clear();
                context.getBeanProvider(AzureServiceTokenProvider.class).forEach(AzureServiceTokenProvider::invalidate);
            }
        }
    }

    /** Lets test classes that share an emulated Azure run one after the other, if JUnit runs tests in parallel. */
    static final class Locks implements ResourceLocksProvider {

        @Override
        public Set<Lock> provideForClass(Class<?> testClass) {
            return locks(testClass);
        }

        @Override
        public Set<Lock> provideForNestedClass(List<Class<?>> enclosingInstanceTypes, Class<?> testClass) {
            return locks(testClass);
        }

        private static Set<Lock> locks(Class<?> testClass) {
            EmulatedAzure annotation = annotation(testClass);
            return annotation == null ? Set.of() : Set.of(new Lock(annotation.toString()));
        }
    }

    /**
     * Lets clients of the Azure SDK ask for a token at each request. They would otherwise keep one until shortly before
     * it expires, and a test that lets the token fail would pass or not, depending on the tests before it. The
     * application's provider still caches.
     */
    static final class UncachedCredentials implements BeanPostProcessor {

        @Override
        public Object postProcessAfterInitialization(Object bean, String beanName) {
            return bean instanceof TokenCredential credential ? new Uncached(credential) : bean;
        }

        private record Uncached(TokenCredential credential) implements TokenCredential {
            @Override
            public Mono<AccessToken> getToken(TokenRequestContext request) {
                return credential.getToken(request).map(Uncached::forThisRequest);
            }

            @Override
            public AccessToken getTokenSync(TokenRequestContext request) {
                return forThisRequest(credential.getTokenSync(request));
            }

            private static AccessToken forThisRequest(AccessToken token) {
                return new AccessToken(token.getToken(), OffsetDateTime.now(ZoneOffset.UTC));
            }
        }
    }
}
