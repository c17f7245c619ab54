// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.cluster;

/**
 * Which object is meant: its kind, namespace and name. Its text is what people read, such as {@code Deployment
 * shop/web}.
 *
 * @param kind empty of a document that is no object, such as a file that az has written
 * @since 0.1.0
 */
public record ObjectRef(String kind, ObjectName name) {

    /** Refers to a file that holds no object of Kubernetes. */
    public static ObjectRef ofDocument(String file) {
        return new ObjectRef("", new ObjectName("", file));
    }

    public String namespace() {
        return name.namespace();
    }

    @Override
    public String toString() {
        return kind.isEmpty() ? name.toString() : kind + " " + name;
    }
}
