// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Finds top-level classes that know each other, be it over others; what is inside of a class counts as the class. */
final class ClassCircles {
    private final Map<String, Set<String>> known = new TreeMap<>();

    ClassCircles(JavaClasses classes) {
        for (JavaClass type : classes) {
            for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
                JavaClass target = dependency.getTargetClass().getBaseComponentType();
                if (classes.contain(target.getName())) {
                    known.computeIfAbsent(topLevel(type), name -> new TreeSet<>())
                            .add(topLevel(target));
                }
            }
        }
    }

    private static String topLevel(JavaClass type) {
        return type.getEnclosingClass().map(ClassCircles::topLevel).orElseGet(type::getSimpleName);
    }

    /** Each circle by the names of its classes, in their order; the largest there are. */
    List<List<String>> find() {
        Map<String, Set<String>> reached = new TreeMap<>();
        for (String name : known.keySet()) {
            Set<String> seen = new TreeSet<>();
            reach(name, seen);
            reached.put(name, seen);
        }
        List<List<String>> circles = new ArrayList<>();
        for (String name : known.keySet()) {
            List<String> circle = reached.get(name).stream()
                    .filter(other -> reached.getOrDefault(other, Set.of()).contains(name))
                    .toList();
            if (circle.size() > 1 && !circles.contains(circle)) {
                circles.add(circle);
            }
        }
        return circles;
    }

    private void reach(String name, Set<String> seen) {
        for (String next : known.getOrDefault(name, Set.of())) {
            if (seen.add(next)) {
                reach(next, seen);
            }
        }
    }
}
