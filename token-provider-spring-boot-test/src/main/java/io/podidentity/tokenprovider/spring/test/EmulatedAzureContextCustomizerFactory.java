package io.podidentity.tokenprovider.spring.test;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.test.context.ContextConfigurationAttributes;
import org.springframework.test.context.ContextCustomizer;
import org.springframework.test.context.ContextCustomizerFactory;
import org.springframework.test.context.TestContextAnnotationUtils;

/** Finds {@link EmulatedAzure} on a test class, or on one that encloses it. */
final class EmulatedAzureContextCustomizerFactory implements ContextCustomizerFactory {

    @Override
    public @Nullable ContextCustomizer createContextCustomizer(
            Class<?> testClass, List<ContextConfigurationAttributes> attributes) {
        EmulatedAzure annotation = TestContextAnnotationUtils.findMergedAnnotation(testClass, EmulatedAzure.class);
        return annotation == null ? null : new EmulatedAzureContextCustomizer(annotation);
    }
}
