// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider;

import static java.util.stream.Collectors.joining;

import java.lang.reflect.AnnotatedType;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.GenericDeclaration;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * What a program can see of types, one line each, in the order of the alphabet: {@code TYPE: DECLARATION}, with
 * nullness and without the names of the packages that go without saying. What every object has is left out.
 */
final class PublicApi {
    private static final int SHOWN = Modifier.PUBLIC
            | Modifier.PROTECTED
            | Modifier.STATIC
            | Modifier.ABSTRACT
            | Modifier.FINAL
            | Modifier.INTERFACE;

    private static final String GIVEN = "\\b(io\\.podidentity\\.tokenprovider|java(\\.[a-z]+)+)\\.(?=[@A-Z])";

    private PublicApi() {}

    /** The lines of those of the types that can be seen. */
    static List<String> lines(Stream<Class<?>> types) {
        return types.filter(PublicApi::isSeen)
                .flatMap(type ->
                        declarations(type).map(declaration -> plain(type.getCanonicalName() + ": " + declaration)))
                .sorted()
                .toList();
    }

    private static boolean isSeen(Class<?> type) {
        return isSeen(type.getModifiers()) && (type.getEnclosingClass() == null || isSeen(type.getEnclosingClass()));
    }

    private static boolean isSeen(int modifiers) {
        return Modifier.isPublic(modifiers) || Modifier.isProtected(modifiers);
    }

    private static Stream<String> declarations(Class<?> type) {
        Stream<String> components = type.isRecord()
                ? Stream.of("record (" + list(type.getRecordComponents(), PublicApi::declaration) + ")")
                : Stream.empty();
        Stream<String> fields = Arrays.stream(type.getDeclaredFields())
                .filter(field -> isSeen(field.getModifiers()))
                .map(PublicApi::declaration);
        Stream<String> constructors = Arrays.stream(type.getDeclaredConstructors())
                .filter(constructor -> isSeen(constructor.getModifiers()))
                .map(PublicApi::declaration);
        Stream<String> methods = Arrays.stream(type.getDeclaredMethods())
                .filter(method -> isSeen(method.getModifiers()) && !method.isSynthetic() && !isOfEveryObject(method))
                .map(PublicApi::declaration);
        return Stream.of(Stream.of(header(type)), components, fields, constructors, methods)
                .flatMap(Function.identity());
    }

    private static boolean isOfEveryObject(Method method) {
        return Arrays.stream(Object.class.getMethods())
                .anyMatch(own -> own.getName().equals(method.getName())
                        && Arrays.equals(own.getParameterTypes(), method.getParameterTypes()));
    }

    private static String header(Class<?> type) {
        return modifiers(type.getModifiers())
                + (type.isInterface() ? "" : "class ")
                + type.getSimpleName()
                + typeParameters(type).strip()
                + (type.isInterface() || type.getSuperclass() == Object.class
                        ? ""
                        : " extends " + type.getGenericSuperclass().getTypeName())
                + after(
                        type.isInterface() ? " extends " : " implements ",
                        list(type.getGenericInterfaces(), Type::getTypeName))
                + (type.isSealed() ? " permits " + list(type.getPermittedSubclasses(), Class::getCanonicalName) : "");
    }

    private static String typeParameters(GenericDeclaration of) {
        String parameters = list(
                of.getTypeParameters(),
                parameter -> parameter.getName() + " extends " + list(parameter.getBounds(), Type::getTypeName));
        return parameters.isEmpty() ? "" : "<" + parameters + "> ";
    }

    private static String declaration(RecordComponent component) {
        return component.getAnnotatedType() + " " + component.getName();
    }

    private static String declaration(Field field) {
        return modifiers(field.getModifiers()) + field.getAnnotatedType() + " " + field.getName();
    }

    private static String declaration(Constructor<?> constructor) {
        return modifiers(constructor.getModifiers())
                + constructor.getDeclaringClass().getSimpleName()
                + parameters(constructor);
    }

    private static String declaration(Method method) {
        return modifiers(method.getModifiers())
                + (method.isDefault() ? "default " : "")
                + typeParameters(method)
                + method.getAnnotatedReturnType() + " " + method.getName() + parameters(method);
    }

    private static String parameters(Executable of) {
        return "(" + list(of.getAnnotatedParameterTypes(), AnnotatedType::toString) + ")"
                + after(" throws ", list(of.getGenericExceptionTypes(), Type::getTypeName));
    }

    private static String modifiers(int modifiers) {
        return Modifier.toString(modifiers & SHOWN) + " ";
    }

    private static <T> String list(T[] parts, Function<? super T, String> text) {
        return Arrays.stream(parts).map(text).collect(joining(", "));
    }

    private static String after(String word, String list) {
        return list.isEmpty() ? "" : word + list;
    }

    /** Without the packages that go without saying, wherever a JDK writes the annotation. */
    private static String plain(String line) {
        return line.replace('$', '.')
                .replace("@org.jspecify.annotations.Nullable()", "@Nullable")
                .replaceAll(GIVEN, "");
    }
}
