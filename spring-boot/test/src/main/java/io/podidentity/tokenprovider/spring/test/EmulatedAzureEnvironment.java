// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.spring.test;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.EnvironmentPostProcessor;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.context.config.ConfigDataEnvironmentPostProcessor;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.test.context.TestContext;
import org.springframework.test.context.TestExecutionListener;

/**
 * Starts the emulator before an application reads its configuration files, so that these and property sources, such as
 * those of Key Vault, can name it: for a test class with {@link EmulatedAzure}, and for an application that has a class
 * with it among its sources, such as {@link EmulatedAzureConfiguration}.
 */
final class EmulatedAzureEnvironment implements EnvironmentPostProcessor, Ordered {
    private static final ThreadLocal<@Nullable EmulatedAzure> OF_THE_TEST = new ThreadLocal<>();

    /** Before the configuration files. */
    @Override
    public int getOrder() {
        return ConfigDataEnvironmentPostProcessor.ORDER - 1;
    }

    @Override
    public void postProcessEnvironment(ConfigurableEnvironment environment, SpringApplication application) {
        EmulatedAzure ofTheTest = OF_THE_TEST.get();
        EmulatedAzure ofASource = ofASource(application);
        if (ofTheTest != null) {
            StartedAzure azure = StartedAzure.start(ofTheTest);
            azure.addFirstTo(environment);
            application.addInitializers(azure::registerIn);
        } else if (ofASource != null) {
            StartedAzure azure = StartedAzure.start(ofASource);
            azure.addBehindCommandLineTo(environment);
            application.addInitializers(azure::registerIn);
        }
    }

    private static @Nullable EmulatedAzure ofASource(SpringApplication application) {
        for (Object source : application.getAllSources()) {
            EmulatedAzure annotation = source instanceof Class<?> type
                    ? AnnotatedElementUtils.findMergedAnnotation(type, EmulatedAzure.class)
                    : null;
            if (annotation != null) {
                return annotation;
            }
        }
        return null;
    }

    /** Tells which annotation the test class has, from before its context is loaded until the test begins. */
    static final class OfTheTest implements TestExecutionListener, Ordered {

        /** Before the listeners that load the context. */
        @Override
        public int getOrder() {
            return 500;
        }

        @Override
        public void prepareTestInstance(TestContext test) {
            OF_THE_TEST.set(EmulatedAzureContextCustomizer.annotation(test.getTestClass()));
        }

        @Override
        public void beforeTestMethod(TestContext test) {
            OF_THE_TEST.remove();
        }

        @Override
        public void afterTestClass(TestContext test) {
            OF_THE_TEST.remove();
        }
    }
}
