// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.spring.test;

import io.podidentity.emulator.PodIdentityEmulator;
import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.parallel.ResourceLocksProvider;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.test.context.ContextConfigurationAttributes;
import org.springframework.test.context.ContextCustomizer;
import org.springframework.test.context.ContextCustomizerFactory;
import org.springframework.test.context.MergedContextConfiguration;
import org.springframework.test.context.TestContext;
import org.springframework.test.context.TestContextAnnotationUtils;
import org.springframework.test.context.TestExecutionListener;

/** Starts the emulator with the context. Equal annotations are equal customizers, so contexts are shared. */
record EmulatedAzureContextCustomizer(EmulatedAzure annotation) implements ContextCustomizer {

    /** Boot has started it already, for what reads properties before there is a context; other loaders have not. */
    @Override
    public void customizeContext(ConfigurableApplicationContext context, MergedContextConfiguration configuration) {
        StartedAzure azure = StartedAzure.in(context.getEnvironment());
        if (azure == null) {
            azure = StartedAzure.start(annotation);
            azure.addFirstTo(context.getEnvironment());
        }
        azure.registerIn(context);
    }

    static @Nullable EmulatedAzure annotation(Class<?> testClass) {
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
            if (context.containsBean(StartedAzure.BEAN)) {
                context.getBean(StartedAzure.BEAN, PodIdentityEmulator.class)
                        .faults()
                        .clear();
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
}
