package io.podidentity.tokenprovider.spring.test;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.parallel.ResourceLocksProvider;
import org.springframework.test.context.TestContextAnnotationUtils;

/** Lets test classes that share an emulated Azure run one after the other, if JUnit runs tests in parallel. */
final class EmulatedAzureLocks implements ResourceLocksProvider {

    @Override
    public Set<Lock> provideForClass(Class<?> testClass) {
        return locks(testClass);
    }

    @Override
    public Set<Lock> provideForNestedClass(List<Class<?>> enclosingInstanceTypes, Class<?> testClass) {
        return locks(testClass);
    }

    private static Set<Lock> locks(Class<?> testClass) {
        EmulatedAzure annotation = TestContextAnnotationUtils.findMergedAnnotation(testClass, EmulatedAzure.class);
        return annotation == null ? Set.of() : Set.of(new Lock(annotation.toString()));
    }
}
