# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from glob import glob

from setuptools import find_packages, setup

package_name = 'octo_ros'
nodes = (
    'camera_relay_node',
    'episode_node',
    'policy_node',
    'recorder_node',
    'safety_filter_node',
    'sim_node',
    'watchdog_node',
)
commands = (
    'bag_to_rlds',
    'benchmark',
    'demo',
    'evaluate',
    'export_policy',
    'inspect_bag',
    'inspect_checkpoint',
    'inspect_rlds',
    'replay',
    'safety_fuzz',
    'verify_checkpoint',
)

setup(
    name=package_name,
    version='0.1.0',
    packages=find_packages(include=[package_name, f'{package_name}.*']),
    package_data={
        package_name: ['py.typed', 'demo/templates/*.html', 'data/report/templates/*'],
    },
    data_files=[
        ('share/ament_index/resource_index/packages', [f'resource/{package_name}']),
        (f'share/{package_name}', ['package.xml']),
        (f'share/{package_name}/launch', glob('launch/*.launch.py')),
        (f'share/{package_name}/config', glob('config/*.*')),
        (f'share/{package_name}/config/robots', glob('config/robots/*.yaml')),
        (f'share/{package_name}/config/robots/models', glob('config/robots/models/*.yaml')),
        (f'share/{package_name}/config/sim', glob('config/sim/*.yaml')),
    ],
    install_requires=['setuptools'],
    extras_require={'beam': ['apache-beam>=2.60'], 'test': ['pytest']},
    zip_safe=True,
    maintainer='octo_ros maintainers',
    maintainer_email='octo-ros@example.org',
    description='Octo, the open generalist robot policy, on ROS 2.',
    license='Apache-2.0',
    entry_points={
        'console_scripts': [
            *(f'{node} = octo_ros.nodes.{node}:main' for node in nodes),
            *(f'{command} = octo_ros.cli.main:{command}' for command in commands),
        ],
    },
)
